/** Runs of crypto-forecast with stand-ins for its steps: each answers complete counts unless a test says otherwise. */
import type { CryptoForecastActivities } from '../../../activities/crypto-forecast/index.ts'
import { startRun, type RunHandle } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { Failure } from '../../../core/failures.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { NOTHING, type SourceCounts } from '../../../core/run-outcome.ts'
import type { TimeSkipping } from '../../support/time-skipping.ts'
import { notedSteps, unavailable, type FakeSteps } from '../mod-stats/fake-steps.ts'
import type { HistoryEvent } from '../history-order.ts'

export type CryptoSteps = FakeSteps<keyof CryptoForecastActivities>

/** The steps that ask an upstream, as their counts are called. */
export const SOURCES = {
  binance: 'collectBinance',
  coingecko: 'collectCoinGecko',
  'fear-greed': 'collectFearGreed',
  spot: 'compareSpotPrices',
} as const

/** The steps that work on what is stored, as their counts are called; all but `prices` beside each other. */
export const DERIVED = {
  prices: 'computePrices',
  checks: 'checkPrices',
  csv: 'exportFeatures',
  forecasts: 'forecastPrices',
  scores: 'scorePredictions',
} as const

/** All counts of a run, in the order in which they are told. */
export const PARTS = [...Object.keys(SOURCES), ...Object.keys(DERIVED), 'mlflow']

/** What a step that went well gives. */
export const ROWS = 24

/** The answer of a step; complete unless told. */
export function counted(counts: Partial<SourceCounts> = {}): Promise<SourceCounts> {
  return Promise.resolve({ ...NOTHING, fetched: ROWS, written: ROWS, ...counts })
}

/** The answer of the forecasting step; `reports` wait for MLflow. */
export async function forecasts(reports = 0): Promise<{ counts: SourceCounts; reports: number }> {
  return { counts: await counted(), reports }
}

/** What a step throws that no further attempt can help. */
export function refused(): Promise<never> {
  return Promise.reject(new Failure('UpstreamRejected', 'The upstream refuses the question.'))
}

/** Gives the answer after some attempts in vain, each of which costs seconds. */
export function late<Answer>(answer: () => Promise<Answer>, attempts = 1): () => Promise<Answer> {
  let asked = 0
  return () => (asked++ < attempts ? Promise.reject(unavailable()) : answer())
}

/** Builds the steps; `own` replaces some of them. */
export function fakeCryptoSteps(
  time: TimeSkipping,
  own: Partial<CryptoForecastActivities> = {},
): CryptoSteps {
  return notedSteps<CryptoForecastActivities>(time, {
    openCryptoForecast: () => Promise.resolve({}),
    collectBinance: () => counted(),
    collectCoinGecko: () => counted(),
    collectFearGreed: () => counted(),
    compareSpotPrices: () => counted(),
    computePrices: () => counted(),
    checkPrices: () => counted(),
    exportFeatures: () => counted(),
    forecastPrices: () => forecasts(),
    scorePredictions: () => counted(),
    reportToMlflow: () => counted(),
    writeMetricsFile: () => Promise.resolve(),
    closeCryptoForecast: (_run, ending) => Promise.resolve(ending),
    ...own,
  })
}

/** Starts a run as `almanac run` and `almanac backfill` do. */
export function startCryptoForecast(
  { client }: TimeSkipping,
  params: Record<string, unknown> = {},
): Promise<RunHandle> {
  const pipeline = pipelineById('crypto-forecast')
  if (pipeline === undefined) throw new Error('crypto-forecast is not in the registry')
  return startRun(client, pipeline, 'manual', params)
}

/** Runs once with these steps, on one worker, to the end. */
export async function runCryptoForecast(
  time: TimeSkipping,
  steps: CryptoSteps,
  params?: Record<string, unknown>,
): Promise<{ ending: EndingInWords; events: HistoryEvent[] }> {
  const worker = await time.createWorker(steps.activities)
  return worker.runUntil(async () => {
    const handle = await startCryptoForecast(time, params)
    const ending = await endingOf(handle)
    return { ending, events: (await handle.fetchHistory()).events ?? [] }
  })
}

/** When the run of these steps began, in milliseconds since 1970. */
export function startMs(steps: CryptoSteps): number {
  return Date.parse(steps.callsOf('openCryptoForecast')[0]?.run?.startedAt ?? '')
}

/** The endings with which its record was closed: one, if all is well. */
export function closings(steps: CryptoSteps): (EndingInWords | undefined)[] {
  return steps.callsOf('closeCryptoForecast').map(({ ending }) => ending)
}

/** The outcome of each part of a run. */
export function outcomes({ counts }: EndingInWords): Record<string, string> {
  return Object.fromEntries(Object.entries(counts).map(([name, { outcome }]) => [name, outcome]))
}
