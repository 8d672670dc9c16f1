/** What must hold once everything has been repaired. Each returned sentence is a broken promise. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDatabase } from '../../../client/connection.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { timesAhead } from '../../../db/mend-times.ts'
import { segmentNames } from '../../../db/spool/folder.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import { TRUTHS } from '../truths/index.ts'
import { withAdministrator } from './administrator.ts'
import type { SoakStack } from './soak-stack.ts'

/** No disaster lasts longer than seconds and no retry waits longer than minutes: a run that takes this long does not end. */
const STUCK_MS = 6 * MINUTE_MS
const POLL_MS = SECOND_MS
/** A run of each minute may have programs of its own; they take seconds. */
const LEAVE_MS = 30 * SECOND_MS
/** PostgreSQL's processes rename themselves. */
const SERVER = /^postgres: |postgres -D|temporal server start-dev|almanac\.mjs serve /
/** Sentences listed of one kind; a thousand wrong rows have one cause. */
const LISTED = 5

/**
 * Waits until the runs that started before now have ended and the spool is empty; scheduled ones go on meanwhile.
 * Returns what did not come to its end.
 */
export async function comesToRest(stack: SoakStack): Promise<string[]> {
  const deadline = Date.now() + STUCK_MS
  const before = new Date().toISOString()
  for (;;) {
    const found = [...(await openBefore(stack, before)), ...spooled(stack)]
    if (found.length === 0) return []
    if (Date.now() > deadline) return found.map((what) => `${what} after ${STUCK_MS / MINUTE_MS} min`)
    await sleep(POLL_MS)
  }
}

async function openBefore(stack: SoakStack, before: string): Promise<string[]> {
  const rows = await withAdministrator(stack, (run) =>
    run(`select workflow_id from pipeline_runs where finished_at is null and started_at < '${before}'`),
  )
  return rows.map(({ workflow_id: id }) => `the record of ${String(id)} is still open`)
}

function spooled({ config }: SoakStack): string[] {
  const folder = spoolFolder(config.dataDir)
  const segments = existsSync(folder) ? segmentNames(folder) : []
  return segments.length === 0 ? [] : [`${segments.length} segments are still in the spool`]
}

/** Processes beside the stack's own a while after all runs have ended: programs and sandboxes of killed workers. */
export async function strayProcesses(stack: SoakStack): Promise<string[]> {
  const strays = () =>
    stack.processes().filter(({ pid, command }) => pid !== stack.up().pid && !SERVER.test(command))
  const deadline = Date.now() + LEAVE_MS
  while (strays().length > 0 && Date.now() < deadline) await sleep(POLL_MS)
  return strays().map(({ pid, command }) => `process ${pid} was left over: ${command}`)
}

/** Runs that are not complete and give no reason; each is looked at once. */
export async function silentRuns(stack: SoakStack, since: string): Promise<string[]> {
  const rows = await withAdministrator(stack, (run) =>
    run(`select workflow_id, outcome, counts, error_type from pipeline_runs
      where finished_at is not null and outcome not in ('complete', 'cancelled') and started_at >= '${since}'`),
  )
  return rows.flatMap(({ workflow_id: id, outcome, counts, error_type: type }) => {
    const sources = Object.entries((counts ?? {}) as Record<string, { outcome: string; why: unknown[] }>)
    const silent = sources.filter(([, source]) => source.outcome !== 'complete' && source.why.length === 0)
    const isSilent = type === null && sources.every(([, source]) => source.why.length === 0)
    return [
      ...silent.map(([name]) => `${String(id)}: ${name} is not complete and does not say why`),
      ...(isSilent ? [`${String(id)} ended ${String(outcome)} and does not say why`] : []),
    ]
  })
}

/** Rows from the future: the database's clock was right all along, so that nothing is to be mended. */
export async function rowsAhead({ config }: SoakStack): Promise<string[]> {
  const database = connectDatabase(config)
  try {
    const found = await timesAhead(database.db)
    return found.map(({ table, removed, reset }) => `${removed + reset} rows of ${table} lie ahead`)
  } finally {
    await database.close()
  }
}

/** Runs since a moment at which every clock was right that call it wrong all the same. */
export async function refusedTimes(stack: SoakStack, since: string): Promise<string[]> {
  const rows = await withAdministrator(stack, (run) =>
    run(`select workflow_id from pipeline_runs where started_at >= '${since}'
      and (error_type = 'ClockAhead' or counts::text like '%ClockAhead%')`),
  )
  return rows.map(({ workflow_id: id }) => `${String(id)} refused its times, though the clock is right again`)
}

/** What each pipeline stored that is not true; see `truths/`. */
export async function untruths(stack: SoakStack, began: Date): Promise<string[]> {
  const { world } = stack.simulator
  const found = await withAdministrator(stack, (run) =>
    Promise.all(TRUTHS.map((truth) => truth({ world, began, run }))),
  )
  return found.flatMap((sentences) => sentences.slice(0, LISTED))
}

/**
 * Half-made clusters and clones that nothing will ever remove. Unfinished files of killed writers are known by their age
 * alone, and are removed at a start ten minutes later or more.
 */
export function leftFiles({ config }: SoakStack): string[] {
  const folders = [config.stateDir, config.dataDir, join(config.stateDir, 'work')]
  return folders.flatMap((folder) =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => /\.initdb-/.test(name) || isClone(folder, name))
      .map((name) => `${name} was left in ${folder}`),
  )
}

const isClone = (folder: string, name: string) => folder.endsWith('work') && /^[0-9a-f-]{36}/.test(name)
