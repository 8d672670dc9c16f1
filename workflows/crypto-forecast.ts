/** crypto-forecast: the sources in parallel, then the grid, then what is computed from it. */
import { patched, workflowInfo } from '@temporalio/workflow'
import type { Backfill, SourceInput } from '../activities/crypto-forecast/inputs.ts'
import { HOUR_MS, MINUTE_MS } from '../core/durations.ts'
import { type BackfillParams, type Run, type RunInput } from '../core/run.ts'
import type { CryptoForecastActivities } from '../activities/crypto-forecast/index.ts'
import {
  addCounts,
  isSpooled,
  NOTHING,
  type RunCounts,
  type RunEnding,
  type SourceCounts,
} from '../core/run-outcome.ts'
import { pastSnapshot } from './past-snapshot.ts'
import { CLOSING_MS, computation, databaseWork, upstreamRead } from './policies.ts'
import { activitiesOf, settleSource, boundMsOf, recordedRun, remainingMs, runOf } from './recorded-run.ts'
import { reason } from '../wording/reason.ts'

/** The next run starts after an hour and must not find this one running. */
export const HOURLY_BOUND_MS = 40 * MINUTE_MS

/**
 * How long an hourly run waits for one source before it continues without it: its forecast of the next hour is due at
 * the full hour, and the other sources have answered long before.
 */
export const HOURLY_SOURCE_MS = 12 * MINUTE_MS

/** Share of the remaining time for the sources: what they collected must still be computed and stored. */
export const SOURCES_SHARE = 0.75

/** A file of five lines: what a minute of attempts cannot write, an hour cannot either. */
export const METRICS_MS = MINUTE_MS

/** Order in which the parts of a run are reported, whatever order they end in. */
const PARTS = [
  'binance',
  'coingecko',
  'fear-greed',
  'spot',
  'prices',
  'checks',
  'csv',
  'forecasts',
  'scores',
  'mlflow',
]

/** The parts that are about the newest closed hour. */
const NEWEST_HOUR = ['checks', 'forecasts']

/** Its activity counts all that the run has stored, also before. */
const COUNTS_THE_RUN = 'binance'

type Activities = CryptoForecastActivities
const activities = activitiesOf<Activities>()

/** Collects the last closed hours, computes, forecasts the next hour and day, and scores past forecasts. */
export async function cryptoForecastWorkflow(input: RunInput<BackfillParams>): Promise<RunEnding> {
  const run = runOf('crypto-forecast', input)
  const boundMs = boundMsOf(input, HOURLY_BOUND_MS)
  const left = () => remainingMs(run, boundMs)
  const backfill = backfillOf(input)
  /** Forecasts are made only from the hour that has just ended. */
  const live = backfill === undefined && pastSnapshot(run, input) === undefined

  const hooks = {
    open: () => activities(databaseWork(left()), 'Take the run lock').openCryptoForecast(run),
    close: async (_: unknown, ending: RunEnding) => {
      // The file is about the newest hour, which a backfill does not collect.
      if (backfill === undefined || !patched('backfill-leaves-metrics')) await writeMetrics(run, ending)
      const last = activities(databaseWork(CLOSING_MS), `Close the record: ${ending.outcome}`)
      return last.closeCryptoForecast(run, ending)
    },
  }

  return recordedRun(run, hooks, input, async (counts) => {
    const parts = partsOf(counts, left, backfill !== undefined)
    const hour = hourNow()
    // Rows from the spool were collected by the run that put them there.
    const isCollecting = input.params?.derive !== true
    const asked = { run, ...(backfill && { backfill }) }
    try {
      if (isCollecting && !(await collect(parts, counts, asked, live))) return
      await derive(parts, counts, { run, live, isPast: !live || !isCollecting })
      if (!isCollecting || !live || hourNow() === hour || !isOutrun(counts)) return
      // An hour closed meanwhile: what is made from the newest one needs it.
      if (patched('collect-newest-hour') && (await collect(parts, counts, asked, live)))
        await derive(parts, counts, { run, live, isPast: false })
    } finally {
      inOrder(counts)
    }
  })
}

const hourNow = () => Math.floor(Date.now() / HOUR_MS)
const isComplete = (counts: RunCounts, name: string) => counts[name]?.outcome === 'complete'
/** Whether the prices are there, but an hour of them is missing by now. */
const isOutrun = (counts: RunCounts) =>
  isComplete(counts, 'prices') && NEWEST_HOUR.some((name) => !isComplete(counts, name))

/** The parts of a run. Each is one activity; its failure is counted and stops only what depends on it. */
interface Parts {
  source(name: string, summary: string, ask: (activities: Activities) => Promise<SourceCounts>): Promise<void>
  derived(
    name: string,
    summary: string,
    work: (activities: Activities) => Promise<SourceCounts>,
  ): Promise<void>
  /** Derived as well, but by an outside server, which must not use up the time for the run's end. */
  outside(
    name: string,
    summary: string,
    work: (activities: Activities) => Promise<SourceCounts>,
  ): Promise<void>
}

function partsOf(counts: RunCounts, left: () => number, isBackfill: boolean): Parts {
  const source = async (name: string, work: () => Promise<SourceCounts>) => {
    const before = counts[name]
    const found = await settleSource(undefined, work)
    if (before === undefined) counts[name] = found
    else
      counts[name] = addCounts(
        name === COUNTS_THE_RUN ? { ...before, fetched: 0, written: 0 } : before,
        found,
      )
  }
  /** What was derived a second time replaces what stood for the hour before. */
  const derived = async (name: string, work: () => Promise<SourceCounts>) => {
    const before = counts[name] ?? NOTHING
    const found = await settleSource(undefined, work)
    counts[name] = { ...found, written: before.written + found.written }
  }
  return {
    source: (name, summary, ask) => {
      const mostMs = Math.floor(left() * SOURCES_SHARE)
      const waitMs = isBackfill ? mostMs : Math.min(mostMs, HOURLY_SOURCE_MS)
      return source(name, () => ask(activities(upstreamRead(waitMs), summary)))
    },
    derived: (name, summary, work) => derived(name, () => work(activities(computation(left()), summary))),
    outside: (name, summary, work) =>
      derived(name, () => work(activities(computation(Math.min(left(), HOURLY_SOURCE_MS)), summary))),
  }
}

/** Asks all sources at once; returns whether there may be something new to derive from. */
async function collect(parts: Parts, counts: RunCounts, asked: SourceInput, live: boolean): Promise<boolean> {
  await Promise.all([
    parts.source('binance', 'Binance: closed hourly candles', (ask) => ask.collectBinance(asked)),
    parts.source('coingecko', 'CoinGecko: hourly prices', (ask) => ask.collectCoinGecko(asked)),
    parts.source('fear-greed', 'Fear & Greed: daily index', (ask) => ask.collectFearGreed(asked)),
    live && parts.source('spot', 'Spot prices of both', (ask) => ask.compareSpotPrices(asked.run)),
  ])
  // Nothing new: what is stored was computed and scored by the run that collected it.
  if (Object.values(counts).every(({ outcome }) => outcome === 'failed')) return false
  if (!isSpooled(counts)) return true
  counts['prices'] = { ...NOTHING, outcome: 'skipped', why: [reason('all-left-to-drain')] }
  return false
}

/** What is derived, and from what. */
interface Derived {
  run: Run
  live: boolean
  /** Whether the newest hour was not asked for. */
  isPast: boolean
}

async function derive(parts: Parts, counts: RunCounts, derived: Derived): Promise<void> {
  await parts.derived('prices', 'Indicators, features, load', (work) => work.computePrices(derived.run))
  await deriveFromPrices(parts, counts, derived)
}

/** Everything computed from the grid, in parallel. Without a grid there are no forecasts. */
async function deriveFromPrices(
  parts: Parts,
  counts: RunCounts,
  { run, live, isPast }: Derived,
): Promise<void> {
  let reports = 0
  const forecast = async (work: Activities) => {
    const made = await work.forecastPrices(run)
    reports = made.reports
    return made.counts
  }
  const isComputed = counts['prices']?.outcome !== 'failed'
  if (live && !isComputed)
    counts['forecasts'] = { ...NOTHING, outcome: 'skipped', why: [reason('prices-not-computed')] }
  await Promise.all([
    parts.derived('checks', 'Check the grid', (work) => work.checkPrices(run, { isPast })),
    parts.derived('csv', 'Write data/{coin}_features.csv', (work) => work.exportFeatures()),
    live && isComputed && parts.outside('forecasts', 'Forecast the next hour and the next day', forecast),
    parts.derived('scores', 'Score past forecasts', (work) => work.scorePredictions(run)),
  ])
  if (reports > 0) await parts.outside('mlflow', 'Report to MLflow', (work) => work.reportToMlflow())
}

/** Writes the metrics file, however the run ended. If it cannot be written, the run reports that and is closed. */
async function writeMetrics(run: Run, ending: RunEnding): Promise<void> {
  const written = await settleSource(undefined, async () => {
    await activities(computation(METRICS_MS), 'Write the metrics file').writeMetricsFile(run, ending)
    return NOTHING
  })
  if (written.outcome === 'complete') return
  ending.counts['metrics'] = written
  if (ending.outcome === 'complete') ending.outcome = 'partial'
}

function inOrder(counts: RunCounts): void {
  const found = PARTS.flatMap((name) => (counts[name] === undefined ? [] : [[name, counts[name]] as const]))
  for (const [name] of found) Reflect.deleteProperty(counts, name)
  Object.assign(counts, Object.fromEntries(found))
}

function backfillOf({ params }: RunInput<BackfillParams>): Backfill | undefined {
  if (params?.from === undefined) return undefined
  const to = params.to ?? workflowInfo().startTime.toISOString()
  return { from: params.from, to, onlyMissing: params.onlyMissing ?? false }
}
