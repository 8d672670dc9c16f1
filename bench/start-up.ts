/** How long things take to be there: the demo from nothing to its table, the first run's rows, a command. */
import { openDatabase } from '../db/database.ts'
import { listRuns } from '../db/queries/runs.ts'
import { startPostgres } from '../local/postgres.ts'
import { demoStack, type DemoStack } from './demo-stack.ts'
import { startCommand } from './command-process.ts'
import { median, spread, type Figure } from './figure.ts'

/** Commands are short: enough of them for a steady median. */
const COMMAND_REPETITIONS = 7
/** Of the demo one start in a new folder and this many in an old one. */
const WARM_REPETITIONS = 3
/** More than one start of the demo makes. */
const NEWEST_RUNS = 100
const TARGET_DEMO_SECONDS = 15
/** Makes both servers' data and installs contextmaker, which depends on the network. */
const TARGET_COLD_DEMO_SECONDS = 30
const TARGET_FIRST_RUN_SECONDS = 10
const TARGET_PREPARE_MS = 200
/** A person who types --help should not notice a wait; Node alone takes 50 ms of it. */
const TARGET_HELP_MS = 250
/** The configuration, one connection and two queries on top of it. */
const TARGET_RUNS_MS = 600

export async function startUp(): Promise<Figure[]> {
  // The first start after a change builds the bundle of the command.
  await commandMs(['--version'], {})
  return [
    ...(await demoFigures()),
    await commandFigure('almanac --help', ['--help'], TARGET_HELP_MS),
    await commandFigure('almanac --version', ['--version'], TARGET_HELP_MS),
    await commandFigure('almanac prepare, nothing to do', ['prepare'], TARGET_PREPARE_MS),
  ]
}

async function commandFigure(what: string, args: string[], atMost: number, env = {}): Promise<Figure> {
  const times: number[] = []
  for (let round = 0; round < COMMAND_REPETITIONS; round++) times.push(await commandMs(args, env))
  const note = `${COMMAND_REPETITIONS} starts, ${spread(times, 'ms')}`
  return { what, value: median(times), unit: 'ms', atMost, note }
}

async function commandMs(args: string[], env: Record<string, string>): Promise<number> {
  const startedAt = performance.now()
  const command = startCommand(args, env)
  const code = await command.ended
  if (code !== 0)
    throw new Error(`almanac ${args.join(' ')} ended with ${code ?? 'a signal'}: ${command.output()}`)
  return performance.now() - startedAt
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
      {
        ...total,
        atMost: TARGET_COLD_DEMO_SECONDS,
        value: cold.totalSeconds,
        note: 'in a new state folder',
      },
      { ...first, value: cold.firstRunSeconds, note: 'in a new state folder' },
      await runsFigure(demo),
    ]
  } finally {
    demo.remove()
  }
}

/** `almanac runs` of the runs that the starts before left, with the database running. */
async function runsFigure({ env, stateDir, ports }: DemoStack): Promise<Figure> {
  const server = await startPostgres({ dataDir: `${stateDir}/postgres`, port: ports.postgres })
  try {
    return await commandFigure('almanac runs', ['runs', '--demo'], TARGET_RUNS_MS, env)
  } finally {
    await server.stop()
  }
}

interface Once {
  totalSeconds: number
  /** From the command's start to the first `finished_at` of a complete run. */
  firstRunSeconds: number
}

async function demoOnce({ up, stateDir, ports }: DemoStack): Promise<Once> {
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
