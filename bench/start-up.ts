/** How long things take to be there: the demo from nothing to its table, the first run's rows, a command, `prepare`. */
import { openDatabase } from '../db/database.ts'
import { listRuns } from '../db/queries/runs.ts'
import { startPostgres } from '../local/postgres.ts'
import { demoStack } from './demo-stack.ts'
import { startCommand } from './command-process.ts'
import { median, spread, type Figure } from './figure.ts'

/** Commands are short: enough of them for a steady median. */
const COMMAND_REPETITIONS = 7
/** Of the demo one start in a new folder and this many in an old one. */
const WARM_REPETITIONS = 3
/** More than one start of the demo makes. */
const NEWEST_RUNS = 100
const TARGET_DEMO_SECONDS = 15
const TARGET_FIRST_RUN_SECONDS = 10
const TARGET_PREPARE_MS = 200

export async function startUp(): Promise<Figure[]> {
  const help = await commandTimes(['--help'])
  const prepare = await commandTimes(['prepare'])
  return [
    ...(await demoFigures()),
    { what: 'almanac --help', value: median(help), unit: 'ms', note: spread(help, 'ms') },
    {
      what: 'almanac prepare, nothing to do',
      value: median(prepare),
      unit: 'ms',
      atMost: TARGET_PREPARE_MS,
      note: spread(prepare, 'ms'),
    },
  ]
}

async function commandTimes(args: string[]): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < COMMAND_REPETITIONS; round++) {
    const startedAt = performance.now()
    const command = startCommand(args, {})
    const code = await command.ended
    if (code !== 0)
      throw new Error(`almanac ${args.join(' ')} ended with ${code ?? 'a signal'}: ${command.output()}`)
    times.push(performance.now() - startedAt)
  }
  return times
}

async function demoFigures(): Promise<Figure[]> {
  const demo = await demoStack()
  try {
    const cold = await demoOnce(demo)
    const warm: Once[] = []
    for (let round = 0; round < WARM_REPETITIONS; round++) warm.push(await demoOnce(demo))
    const totals = warm.map(({ totalSeconds }) => totalSeconds)
    const firsts = warm.map(({ firstRunSeconds }) => firstRunSeconds)
    const first = {
      what: 'first completed run stands in the database',
      unit: 's',
      atMost: TARGET_FIRST_RUN_SECONDS,
    }
    const total = { what: 'up --demo --once, all of it', unit: 's', atMost: TARGET_DEMO_SECONDS }
    return [
      { ...total, value: median(totals), note: `${WARM_REPETITIONS} starts, ${spread(totals, 's')}` },
      { ...first, value: median(firsts), note: spread(firsts, 's') },
      { ...total, value: cold.totalSeconds, note: 'in a new state folder' },
      { ...first, value: cold.firstRunSeconds, note: 'in a new state folder' },
    ]
  } finally {
    demo.remove()
  }
}

interface Once {
  totalSeconds: number
  /** From the command's start to the first `finished_at` of a complete run. */
  firstRunSeconds: number
}

async function demoOnce({ up, stateDir, ports }: Awaited<ReturnType<typeof demoStack>>): Promise<Once> {
  const startedAt = Date.now()
  const command = up('--once')
  const code = await command.ended
  const totalSeconds = (Date.now() - startedAt) / 1000
  if (code !== 0) throw new Error(`up --demo --once ended with ${code ?? 'a signal'}:\n${command.output()}`)
  const server = await startPostgres({ dataDir: `${stateDir}/postgres`, port: ports.postgres })
  const database = openDatabase(server.url, () => undefined)
  try {
    const runs = await listRuns(database.db, { limit: NEWEST_RUNS })
    const ends = runs
      .filter((run) => run.startedAt.getTime() >= startedAt && run.outcome === 'complete')
      .map((run) => run.finishedAt?.getTime() ?? Infinity)
    if (ends.length === 0) throw new Error('expected a complete run, found none')
    return { totalSeconds, firstRunSeconds: (Math.min(...ends) - startedAt) / 1000 }
  } finally {
    await database.close()
    await server.stop()
  }
}
