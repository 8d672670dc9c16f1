/** All rows of a data set that a table in the browser can hold. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { addressOf, getJson, type Parameters } from './api.ts'

/** Most rows that the API returns at once. */
const PAGE_ROWS = 1_000

interface Page<Row> {
  rows: Row[]
  next: string | null
}

/** Reads page by page to the end. */
export async function allRows<Row>(
  path: string,
  parameters: Parameters,
  read: (address: string) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | null | undefined
  while (after !== null) {
    const page: Page<Row> = await read(addressOf(path, { ...parameters, limit: PAGE_ROWS, after }))
    rows.push(...page.rows)
    after = page.next
  }
  return rows
}

/** Every row that these parameters select. */
export function useAllRows<Row>(path: string, parameters: Parameters = {}): UseQueryResult<Row[]> {
  return useQuery({
    queryKey: ['all rows', path, parameters],
    queryFn: ({ signal }) => allRows<Row>(path, parameters, (address) => getJson(address, signal)),
  })
}
