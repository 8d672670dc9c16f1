/**
 * Rounds in which a process that spools and one that drains, side by side on one folder, are killed at random moments. What
 * must hold after any number of them is in `expectNothingLost`; `npm test` does a few rounds, `npm run soak` many.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { duePipelines } from '../../db/spool/due.ts'
import { segmentNames } from '../../db/spool/folder.ts'
import { packageRoot } from '../../system/package-root.ts'
import { attemptDrain } from '../../worker/drain.ts'

/** Rows of a call of `spool-process.ts`. */
const ROWS_PER_CALL = 7
/** A process is killed within this time after it has begun: some dozens of segments. */
const LONGEST_LIFE_MS = 250

export interface KillFigures {
  rounds: number
  /** Calls that were acknowledged to their writer as safe. */
  acknowledged: number[]
  /** Of these, those that were loaded by one who was killed later. */
  drained: number
}

/** Kills a writer and a drainer in each round; `url` is the database that the drainer loads into. */
export async function killRounds(options: {
  rounds: number
  folder: string
  url: string
  random?: () => number
}): Promise<KillFigures> {
  const { rounds, folder, url, random = Math.random } = options
  const acknowledged: number[] = []
  for (let round = 0; round < rounds; round++) {
    const writer = start(['write', folder, String(round)])
    const drainer = start(['drain', folder, url])
    const writing = killed(writer, random() * LONGEST_LIFE_MS)
    // Every other one is killed when it has loaded something, so that not all die in their first transaction.
    const draining = killed(drainer, random() * LONGEST_LIFE_MS, round % 2 === 0 ? '' : 'loaded')
    const [written] = await Promise.all([writing, draining])
    // A line that the kill cut off acknowledged nothing.
    acknowledged.push(
      ...written
        .slice(0, written.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean)
        .map(Number),
    )
  }
  return { rounds, acknowledged, drained: acknowledged.length - segmentNames(folder).length }
}

/** What is in the database after everything was drained, beside what should be. */
export interface Balance {
  /** Calls that were acknowledged and are not there whole, or not once. Must be empty. */
  wrong: number[]
  /** Calls in the database; more than were acknowledged if a kill came between file and message. */
  loaded: number
  /** What lies in the folder, locks and what is due aside. Must be empty. */
  left: string[]
  /** Pipelines that were due for a recompute before the rest was drained: the writers' one, if anything was loaded. */
  due: string[]
}

/** Old enough that no writer lives. */
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

/** Drains the rest, and compares. */
export async function balance(db: Database, folder: string, { acknowledged }: KillFigures): Promise<Balance> {
  // What killed writers left is known by its age alone.
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.tmp')))
    utimesSync(join(folder, name), LONG_AGO, LONG_AGO)
  const due = duePipelines(folder)
  const attempt = await attemptDrain(db, folder, {
    what: 'the balance',
    signal: new AbortController().signal,
  })
  if (attempt.kind === 'held') throw new Error(`the lock is held by ${attempt.holder.pid}, which was killed`)
  const { rows } = await db.execute<{ call: string; rows: number; refused: number }>(sql`
    with kept as (
      select substr(crypto, 6) as call, count(*)::int as rows
      from candles where volume between 0 and ${ROWS_PER_CALL - 1} group by crypto
    ), refusals as (select "row"::text as call, count(*)::int as refused from quarantine group by "row"::text)
    select kept.call, kept.rows, coalesce(refusals.refused, 0) as refused from kept left join refusals using (call)`)
  const found = new Map(rows.map((row) => [Number(row.call), row]))
  const isWhole = (call: number) => {
    const one = found.get(call)
    return one?.rows === ROWS_PER_CALL && one.refused === 1
  }
  const calls = new Set([...acknowledged, ...found.keys()])
  return {
    wrong: [...calls].filter((call) => !isWhole(call)),
    loaded: found.size,
    left: readdirSync(folder).filter((name) => !/^(drain\.lock|due-)/.test(name)),
    due,
  }
}

function start(args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'tests/support/spool-process.ts', ...args], {
    cwd: packageRoot,
    // Standard input stays open: a child whose parent dies ends with it.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/** Kills a process this long after it has printed this, or anything; returns all that it printed. */
async function killed(child: ChildProcess, lifeMs: number, word = ''): Promise<string> {
  let said = ''
  const ended = new Promise<void>((resolve) => child.once('close', resolve))
  const begun = new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes(word)) resolve()
    })
  })
  await Promise.race([begun, ended.then(() => Promise.reject(new Error('it ended before it was killed')))])
  await sleep(lifeMs)
  child.kill('SIGKILL')
  await ended
  return said
}
