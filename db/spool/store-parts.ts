/** Stores what the database accepts of a refused call: a row that it refuses costs only itself. */
import type { RowsByTable } from '../write-call.ts'
import { WRITABLE_TABLES, type WritableTable } from '../writable-tables.ts'
import type { SpooledRows } from './segment.ts'

/** Why a call is never accepted. */
export interface Refusal {
  reason: string
  /** It is about the whole call: no part of it is accepted either. */
  isOfCall: boolean
}

/** The part of a call that is never accepted. */
export interface Refused {
  segment: SpooledRows
  reason: string
}

/**
 * Divides a refused call until each part is stored or is one row. Returns what was refused as one call with the first
 * reason, or undefined if everything was stored.
 */
export async function storeParts(
  segment: SpooledRows,
  refusal: Refusal,
  store: (part: SpooledRows) => Promise<Refusal | undefined>,
): Promise<Refused | undefined> {
  const refused: Refused[] = []
  const divide = async (part: SpooledRows, { reason, isOfCall }: Refusal): Promise<void> => {
    const parts = isOfCall ? [] : partsOf(part)
    if (parts.length === 0) refused.push({ segment: part, reason })
    for (const one of parts) {
      const again = await store(one)
      if (again !== undefined) await divide(one, again)
    }
  }
  await divide(segment, refusal)
  const [first, ...others] = refused
  return others.reduce((all, one) => all && { ...all, segment: joined(all.segment, one.segment) }, first)
}

/** Returns the bodies and rejected rows of a call and its rows, or both halves of its rows; none of what is one row. */
function partsOf(segment: SpooledRows): SpooledRows[] {
  const { observedAt, runId, raw = [], rejected = [] } = segment.options
  const rows = rowsOf(segment)
  if (rows.length > 0 && raw.length + rejected.length > 0)
    return [
      { ...segment, rows: {} },
      { ...segment, options: { observedAt, runId } },
    ]
  if (rows.length < 2) return []
  const middle = Math.ceil(rows.length / 2)
  return [rows.slice(0, middle), rows.slice(middle)].map((half) => ({ ...segment, rows: byTable(half) }))
}

type RowOfTable = [table: WritableTable, row: object]

/** In the order in which they are stored: a row comes after those that it refers to. */
function rowsOf({ rows }: SpooledRows): RowOfTable[] {
  return (Object.keys(WRITABLE_TABLES) as WritableTable[]).flatMap((table) =>
    (rows[table] ?? []).map((row): RowOfTable => [table, row]),
  )
}

function byTable(rows: readonly RowOfTable[]): RowsByTable {
  const lists: Partial<Record<WritableTable, object[]>> = {}
  for (const [table, row] of rows) (lists[table] ??= []).push(row)
  return lists as RowsByTable
}

/** Bodies and rejected rows are in the first part. */
function joined(first: SpooledRows, second: SpooledRows): SpooledRows {
  return { ...first, rows: byTable([...rowsOf(first), ...rowsOf(second)]) }
}
