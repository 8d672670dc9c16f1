/** All rows of a data set that a page can hold, in one request. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { addressOf, getJson, getText, type Parameters } from './api.ts'

/** Most rows of a page of the API; more come as JSON lines. */
const PAGE_ROWS = 1_000

/** How the rows at an address are read. */
export interface Reading {
  json(address: string): Promise<unknown>
  text(address: string): Promise<string>
}

/** Reads the newest rows, `most` of them or all. */
export async function allRows<Row>(
  path: string,
  parameters: Parameters,
  read: Reading,
  most = Infinity,
): Promise<Row[]> {
  if (most <= PAGE_ROWS) {
    const page = (await read.json(addressOf(path, { ...parameters, limit: most }))) as { rows: Row[] }
    return page.rows
  }
  const lines = await read.text(addressOf(`${path}/export`, { ...parameters, format: 'ndjson' }))
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, most)
    .map((line) => JSON.parse(line) as Row)
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
    queryFn: ({ signal }) =>
      allRows<Row>(
        path,
        parameters,
        { json: (address) => getJson(address, signal), text: (address) => getText(address, signal) },
        most,
      ),
    enabled: isWanted,
    ...(keepsOld && { placeholderData: keepPreviousData }),
  })
}
