/** All rows of a data set that a page can hold. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { addressOf, getJson, type Parameters } from './api.ts'

/** Most rows that the API returns at once. */
const PAGE_ROWS = 1_000

interface Page<Row> {
  rows: Row[]
  next: string | null
}

/** Reads page by page, to the end or until there are `most` rows. */
export async function allRows<Row>(
  path: string,
  parameters: Parameters,
  read: (address: string) => Promise<Page<Row>>,
  most = Infinity,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | null | undefined
  while (after !== null && rows.length < most) {
    const limit = Math.min(PAGE_ROWS, most - rows.length)
    const page: Page<Row> = await read(addressOf(path, { ...parameters, limit, after }))
    rows.push(...page.rows)
    after = page.next
  }
  return rows
}

interface RowsOptions {
  /** Most rows. Default: every one. */
  most?: number
  /** Whether to ask at all. Default: yes. */
  isWanted?: boolean
  /** Whether the rows of before stay while others are read; only for views of the same thing. Default: no. */
  keepsOld?: boolean
}

/** The rows that these parameters select. */
export function useAllRows<Row>(
  path: string,
  parameters: Parameters = {},
  { most, isWanted = true, keepsOld = false }: RowsOptions = {},
): UseQueryResult<Row[]> {
  return useQuery({
    queryKey: ['all rows', path, parameters, most],
    queryFn: ({ signal }) => allRows<Row>(path, parameters, (address) => getJson(address, signal), most),
    enabled: isWanted,
    ...(keepsOld && { placeholderData: keepPreviousData }),
  })
}
