/** One page of the rows of a data set, for tables of more rows than a browser should hold. */
import {
  keepPreviousData,
  useQuery,
  useQueryClient,
  type QueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { addressOf, getJson, type Parameters } from './api.ts'

export interface DataPage<Row> {
  rows: Row[]
  /** Cursor of the next page; null on the last one. */
  next: string | null
}

interface PageChoice {
  page: number
  /** Rows on a page. */
  rows: number
}

/** The chosen page of what these parameters select; the one before stays until it is read. */
export function usePage<Row>(
  path: string,
  parameters: Parameters,
  { page, rows }: PageChoice,
): UseQueryResult<DataPage<Row>> {
  const client = useQueryClient()
  return useQuery({
    queryKey: keyOf(path, parameters, { page, rows }),
    queryFn: () => pageOf<Row>(client, path, parameters, { page, rows }),
    placeholderData: keepPreviousData,
  })
}

const keyOf = (path: string, parameters: Parameters, { page, rows }: PageChoice) => [
  'page',
  path,
  parameters,
  rows,
  page,
]

/** A page begins behind the one before it, which is mostly in memory. A page behind the last one is the last one. */
async function pageOf<Row>(
  client: QueryClient,
  path: string,
  parameters: Parameters,
  { page, rows }: PageChoice,
): Promise<DataPage<Row>> {
  if (page === 1) return getJson(addressOf(path, { ...parameters, limit: rows }))
  const choice = { page: page - 1, rows }
  const before = await client.query({
    queryKey: keyOf(path, parameters, choice),
    queryFn: () => pageOf<Row>(client, path, parameters, choice),
  })
  if (before.next === null) return before
  return getJson(addressOf(path, { ...parameters, limit: rows, after: before.next }))
}
