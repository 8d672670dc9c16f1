/** What changes in the database, told to whoever listens: PostgreSQL delivers it when the change is committed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type SQL } from 'drizzle-orm'
import type pg from 'pg'
import * as z from 'zod'

/** Channel of the runs; the trigger on `pipeline_runs` notifies it. */
const RUNS_CHANNEL = 'almanac_runs'
/** Channel of the rows; the writer notifies it. */
const ROWS_CHANNEL = 'almanac_rows'

/** A run began or ended, or rows of a table came. */
export type Change =
  | { kind: 'run'; pipeline: string; workflowId: string; runId: string; outcome: string }
  | { kind: 'rows'; table: string; runId: string }

const runSchema = z.object({
  pipeline: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  outcome: z.string(),
})
const rowsSchema = z.object({ table: z.string(), runId: z.string() })

/** The expression that tells of rows of a table, once a transaction. */
export function notifyRows(table: string, runId: string): SQL {
  return sql`pg_notify(${ROWS_CHANNEL}, ${JSON.stringify({ table, runId })})`
}

/** An unavailable server is asked again this often: whoever listens sees its rows a few seconds late. */
const RECONNECT_MS = 3_000

/** A server that hangs, or whose network is gone, ends no connection: it is asked whether it is there this often. */
const BEAT_MS = 15_000

export interface Listener {
  onChange: (change: Change) => void
  /** Called when listening begins, again after each interruption: what happened meanwhile was not heard. */
  onListening: () => void
  /** Milliseconds between two questions whether the server is there; the connection's own limit ends one. */
  beatMs?: number
}

/** Listens until the signal is aborted, on a connection of its own. Never rejects: a lost connection is opened again. */
export async function listenForChanges(
  connect: () => pg.Client,
  { onChange, onListening, beatMs = BEAT_MS }: Listener,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = connect()
    let end: () => void = () => undefined
    const ended = new Promise<'ended'>((resolve) => {
      end = () => {
        resolve('ended')
      }
    })
    client.once('end', end).on('error', end)
    signal.addEventListener('abort', end)
    client.on('notification', ({ channel, payload }) => {
      const change = changeIn(channel, payload)
      if (change !== undefined) onChange(change)
    })
    try {
      await client.connect()
      await client.query(`listen ${RUNS_CHANNEL}; listen ${ROWS_CHANNEL}`)
      onListening()
      const beat = () => sleep(beatMs, 'beat', { signal, ref: false })
      while ((await Promise.race([ended, beat()])) === 'beat') await client.query('select')
    } catch {
      // Unavailable, or silent: tried again below, and every other query says so.
    }
    signal.removeEventListener('abort', end)
    client.end().catch(() => undefined)
    await sleep(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    context.addIssue('is no JSON')
    return z.NEVER
  }
})
const RUN_CHANGE = json.pipe(runSchema)
const ROWS_CHANGE = json.pipe(rowsSchema)

/** Undefined if another version wrote it, or another program: any may notify a channel. */
function changeIn(channel: string, payload = ''): Change | undefined {
  const found = (channel === RUNS_CHANNEL ? RUN_CHANGE : ROWS_CHANGE).safeParse(payload)
  if (!found.success) return undefined
  return 'table' in found.data ? { kind: 'rows', ...found.data } : { kind: 'run', ...found.data }
}
