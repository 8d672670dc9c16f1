/** What match-results leaves on the disk: some hours of it are measured, and a day and a year reckoned from them. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pruneMatches } from '../../db/queries/match-results/matches.ts'
import type { Figure } from '../figure.ts'
import { timedPoll, type MatchStack } from './match-stack.ts'

/** Enough for the tables' first pages to weigh nothing. */
const MINUTES = 300
const MINUTES_PER_DAY = 1_440
const DAYS_PER_YEAR = 365
const MB = 1_000_000

/** Days for which rows are kept; what is kept forever grows all year. */
const KEPT_DAYS: Record<string, number> = {
  feed_polls: 7,
  raw_payloads: 2,
  // Those that were complete; of the others each keeps its record.
  pipeline_runs: 2,
  matches: Infinity,
  match_observations: Infinity,
  quarantine: 30,
  run_events: Infinity,
}
const TEMPORAL_DAYS = 7
/** Days after which odds-only observations of live matches are deleted. */
const ODDS_DAYS = 30

/** Runs them with the worker that is there. Restarts the Temporal server, whose file is whole only then. */
export async function matchCosts(matches: MatchStack): Promise<Figure[]> {
  const before = { tables: await tableSizes(matches), temporal: await temporalBytes(matches) }
  const outcomes = new Map<string, number>()
  for (let minute = 0; minute < MINUTES; minute++) {
    matches.pass(1)
    const { ending } = await timedPoll(matches.stack)
    outcomes.set(ending.outcome, (outcomes.get(ending.outcome) ?? 0) + 1)
  }
  const after = { tables: await tableSizes(matches), temporal: await temporalBytes(matches) }
  const kept = await shareKeptOfObservations(matches)
  const perDay = (bytes: number) => (bytes * MINUTES_PER_DAY) / MINUTES / MB
  const tables = Object.entries(KEPT_DAYS).map(([table, days]) => {
    const grown = sizeOf(after.tables, table)
    const old = sizeOf(before.tables, table)
    const day = perDay(grown.bytes - old.bytes)
    const rows = Math.round(((grown.rows - old.rows) * MINUTES_PER_DAY) / MINUTES)
    return { table, day, rows, ...yearOf(table, day, days, kept) }
  })
  const matchesPerDay = tables.find(({ table }) => table === 'matches')?.rows ?? 0
  const temporalDay = perDay(after.temporal - before.temporal)
  return [
    {
      what: `a day of ${matchesPerDay.toLocaleString('en-US')} matches in PostgreSQL`,
      value: tables.reduce((sum, { day }) => sum + day, 0),
      unit: 'MB',
      note: `from ${MINUTES} minutes, ${[...outcomes].map(([name, times]) => `${times} ${name}`).join(', ')}`,
    },
    ...tables.map(({ table, day, rows, year, why }) => ({
      what: `  ${table}`,
      value: day,
      unit: 'MB',
      note: `${rows.toLocaleString('en-US')} rows; after a year ${year.toFixed(0)} MB, ${why}`,
    })),
    {
      what: '  all of it after a year',
      value: tables.reduce((sum, { year }) => sum + year, 0),
      unit: 'MB',
      note: `${(kept * 100).toFixed(0)} % of the observations outlive ${ODDS_DAYS} days`,
    },
    {
      what: "a day in Temporal's store",
      value: temporalDay,
      unit: 'MB',
      note: `${Math.round((after.temporal - before.temporal) / MINUTES).toLocaleString('en-US')} bytes a run; kept ${TEMPORAL_DAYS} days: ${(temporalDay * TEMPORAL_DAYS).toFixed(0)} MB`,
    },
  ]
}

function yearOf(table: string, day: number, days: number, keptShare: number): { year: number; why: string } {
  if (table === 'match_observations') {
    const year = day * ODDS_DAYS + day * keptShare * (DAYS_PER_YEAR - ODDS_DAYS)
    return { year, why: `and growing by ${(day * keptShare).toFixed(2)} MB a day` }
  }
  if (days === Infinity) return { year: day * DAYS_PER_YEAR, why: 'and growing' }
  return { year: day * days, why: `kept ${days} days` }
}

type Sizes = Map<string, { bytes: number; rows: number }>

function sizeOf(sizes: Sizes, table: string): { bytes: number; rows: number } {
  const size = sizes.get(table)
  if (size === undefined) throw new Error(`there is no table ${table}`)
  return size
}

/** Bytes with indexes and what lies beside the rows, after a clean-up of dead ones. */
async function tableSizes({ stack }: MatchStack): Promise<Sizes> {
  const { db } = stack.database
  const sizes: Sizes = new Map()
  for (const table of Object.keys(KEPT_DAYS)) {
    const name = sql.identifier(table)
    await db.execute(sql`vacuum analyze ${name}`)
    const { rows } = await db.execute<{ bytes: string; rows: number }>(
      sql`select pg_total_relation_size(${table}::regclass) as bytes, count(*)::int as rows from ${name}`,
    )
    const [row] = rows
    if (row !== undefined) sizes.set(table, { bytes: Number(row.bytes), rows: row.rows })
  }
  return sizes
}

/** Of the file alone: a server that ends in order leaves no log beside it. */
async function temporalBytes({ stack }: MatchStack): Promise<number> {
  await stack.servers.temporal.stop()
  const { size } = statSync(join(stack.config.stateDir, 'temporal.db'))
  await stack.restartTemporal()
  return size
}

/** What is left of the observations when their days are over: clears them away as the pipeline would. */
async function shareKeptOfObservations(matches: MatchStack): Promise<number> {
  const { db } = matches.stack.database
  const count = async () => {
    const { rows } = await db.execute<{ count: number }>(
      sql`select count(*)::int as count from match_observations`,
    )
    return rows[0]?.count ?? 0
  }
  const all = await count()
  await pruneMatches(db, { pollsBefore: new Date(0), oddsBefore: matches.now() })
  return (await count()) / all
}
