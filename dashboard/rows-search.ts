/** The parameters of the data page, for links to rows. */

/** Before the name of a column that is a filter: a column may be called like a parameter of the page. */
const FILTER = 'f.'

/** Parameter of the data page for the filter of a column. */
export const filterParameter = (column: string) => `${FILTER}${column}`

/** Parameters that show the rows of a data set with these values, in this time. */
export function rowsSearch(
  set: string,
  where: Record<string, string | undefined>,
  time: { from?: string; to?: string } = {},
): Record<string, string> {
  const filters = Object.entries(where).flatMap(([column, value]) =>
    value === undefined ? [] : [[filterParameter(column), value] as const],
  )
  return { set, ...time, ...Object.fromEntries(filters) }
}
