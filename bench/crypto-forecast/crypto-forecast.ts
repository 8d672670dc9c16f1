/** crypto-forecast from trigger to outcome: the first fill of two years, then the run of one new hour; the simulator has no latency. */
import { sql } from 'drizzle-orm'
import { endingOf, startRun } from '../../client/runs.ts'
import { pipelineById } from '../../pipelines/index.ts'
import { startBenchStack, type BenchStack } from '../bench-stack.ts'
import { memoryMb } from '../command-process.ts'
import { median, spread, type Figure } from '../figure.ts'
import { sentence } from '../../wording/sentence.ts'

const CANDLE_DAYS = 730
const REPETITIONS = 7
/** What is promised of one hourly run of three coins with two years of history. */
const TARGET_SECONDS = 2.5

export async function cryptoForecast(): Promise<Figure[]> {
  const stack = await startBenchStack({
    tracked: () => ({ 'crypto-forecast': { history_days: CANDLE_DAYS, coingecko_delay_seconds: 0 } }),
  })
  try {
    const worker = await stack.startWorker()
    try {
      const fill = await timedRun(stack)
      const hours: number[] = []
      let outcome = ''
      for (let repetition = 0; repetition < REPETITIONS; repetition++) {
        await forgetNewestHour(stack)
        const hour = await timedRun(stack)
        hours.push(hour.seconds)
        outcome = hour.outcome
      }
      const events = (await timedRun(stack)).events
      return [
        {
          what: 'first fill, 3 coins, 2 years',
          value: fill.seconds,
          unit: 's',
          note: `${fill.outcome}, ${fill.rows} rows`,
        },
        {
          what: 'one hour, 3 coins, 2 years of history',
          value: median(hours),
          unit: 's',
          atMost: TARGET_SECONDS,
          note: `${outcome}, ${REPETITIONS} runs, ${spread(hours, 's')}`,
        },
        { what: '  history events', value: events, unit: '' },
        { what: "  worker's peak memory", value: memoryMb(worker.pid, 'VmHWM'), unit: 'MB' },
      ]
    } finally {
      await worker.end('SIGTERM')
    }
  } finally {
    await stack.stop()
  }
}

async function timedRun(stack: BenchStack) {
  const pipeline = pipelineById('crypto-forecast')
  if (pipeline === undefined) throw new Error('expected crypto-forecast in the registry')
  const startedAt = performance.now()
  const handle = await startRun(stack.client, pipeline, 'manual')
  const { outcome, counts } = await endingOf(handle)
  const seconds = (performance.now() - startedAt) / 1000
  const rows = Object.values(counts).reduce((sum, { written }) => sum + written, 0)
  const { events } = await handle.fetchHistory()
  for (const [part, { why }] of Object.entries(counts))
    if (why.length > 0) process.stderr.write(`${part}: ${why.map((one) => sentence(one)).join('; ')}\n`)
  return { seconds, outcome, rows, events: events?.length ?? 0 }
}

/** Makes the newest closed hour new again, as it is for a run that begins after the full hour. */
async function forgetNewestHour({ database }: BenchStack): Promise<void> {
  await database.db.execute(
    sql`delete from predictions where target_time > (select max("timestamp") from candles)`,
  )
  await database.db.execute(
    sql`delete from crypto_prices where "timestamp" = (select max("timestamp") from candles)`,
  )
  await database.db.execute(
    sql`delete from candles where "timestamp" = (select max("timestamp") from candles)`,
  )
}
