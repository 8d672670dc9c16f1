/** All rows of a data set that a page can hold, in one request. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { addressOf, getJson, textPieces, type Parameters } from './api.ts'

/** Most rows of a page of the API; more come as JSON lines. */
const PAGE_ROWS = 1_000

/** How the rows at an address are read. */
export interface Reading {
  json(address: string): Promise<unknown>
  /** Its text in pieces of any length. */
  pieces(address: string): AsyncIterable<string>
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
  return rowsIn<Row>(read.pieces(addressOf(`${path}/export`, { ...parameters, format: 'ndjson' })), most)
}

/** The rows of JSON lines, each parsed as soon as it has come: after the last one nothing is left to do. */
async function rowsIn<Row>(pieces: AsyncIterable<string>, most: number): Promise<Row[]> {
  const rows: Row[] = []
  let begun = ''
  for await (const piece of pieces) {
    const end = piece.lastIndexOf('\n')
    if (end === -1) {
      begun += piece
      continue
    }
    const lines = (begun + piece.slice(0, end)).replaceAll('\n', ',')
    begun = piece.slice(end + 1)
    for (const row of JSON.parse(`[${lines}]`) as Row[]) rows.push(row)
    if (rows.length >= most) break
  }
  return rows.slice(0, most)
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
        { json: (address) => getJson(address, signal), pieces: (address) => textPieces(address, signal) },
        most,
      ),
    enabled: isWanted,
    ...(keepsOld && { placeholderData: keepPreviousData }),
  })
}
