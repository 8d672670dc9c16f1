/**
 * What the engine costs: chains of empty steps with our server settings, interceptor and run record, against a bare SDK
 * worker on the same server, and against the server's default settings. All three take turns, so that the machine's
 * moods hit all alike.
 */
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker'
import { openRecord } from '../activities/run-record.ts'
import { openDatabase, type Database } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { closeRun } from '../db/queries/runs.ts'
import { startPostgres } from '../local/postgres.ts'
import { freePort } from '../local/taken-port.ts'
import { temporalExecutable } from '../local/temporal-binary.ts'
import { startTemporal } from '../local/temporal.ts'
import type { RunEnding } from '../core/run-outcome.ts'
import { HeartbeatInterceptor } from '../worker/activity-interceptor.ts'
import { installRuntime, openLog } from '../worker/log.ts'
import type { Run } from '../core/run.ts'
import { stateFolder, temporaryFolder, toolsDir } from './bench-stack.ts'
import { median, spread, type Figure } from './figure.ts'

/** Fifteen measured chains a side: odd, so that the median is a measured value, and enough for it to stand still. */
const TURNS = 5
const CHAINS_PER_TURN = 3
const CHAINS = [1, 3, 40] as const
const LONG_CHAIN = 40
const BURST_RUNS = 200
const BURST_CHAIN = 3
/** A burst is as long as fifteen child workflows; three of them are as conclusive. */
const BURST_REPETITIONS = 3
/** What is promised of the engine. */
const TARGET_OF_DEFAULTS = 0.25
const TARGET_COST = 1.2
const TARGET_FIXED_MS = 25

export type EngineActivities = ReturnType<typeof engineActivities>

/** Empty steps, and a record's real opening and closing. Many runs at once are pipelines of their own: one lock each. */
function engineActivities(db: Database) {
  const alone = (run: Run) => ({ ...run, pipeline: run.workflowId })
  return {
    step: () => Promise.resolve(),
    open: (run: Run) => openRecord(db, () => Promise.resolve({ alive: true }), alone(run)),
    async close(run: Run, ending: RunEnding) {
      await closeRun(db, alone(run), ending, new Date())
      return ending
    },
  }
}

interface Side {
  client: Client
  taskQueue: string
  workflow: 'bareChain' | 'recordedChain'
}
type SideName = 'ours' | 'bare' | 'defaults'
type Times = Record<SideName, number[]>

export async function engine(): Promise<Figure[]> {
  installRuntime(openLog('error'))
  const folder = temporaryFolder()
  const stops: (() => Promise<unknown>)[] = []
  try {
    const sides = await startSides(folder.path, stops)
    return await measure(sides)
  } finally {
    for (const stop of stops.toReversed()) await stop()
    folder.remove()
  }
}

async function startSides(
  folder: string,
  stops: (() => Promise<unknown>)[],
): Promise<Record<SideName, Side>> {
  const state = stateFolder(folder)
  const postgres = await startPostgres({ dataDir: `${state}/postgres`, port: await freePort() })
  stops.push(() => postgres.stop())
  await migrateDatabase(postgres.url)
  const database = openDatabase(postgres.url, () => undefined)
  stops.push(() => database.close())
  const activities = engineActivities(database.db)
  const workflowsPath = fileURLToPath(new URL('./engine-workflow.ts', import.meta.url))
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  const tuned = await startServer(`${folder}/tuned`, false, stops)
  const defaults = await startServer(`${folder}/defaults`, true, stops)
  const common = { workflowBundle, activities }
  const heartbeating = { interceptors: { activity: [() => ({ inbound: new HeartbeatInterceptor() })] } }
  await startWorker({ ...common, ...heartbeating, connection: tuned.native, taskQueue: 'ours' }, stops)
  await startWorker({ ...common, connection: tuned.native, taskQueue: 'bare' }, stops)
  await startWorker({ ...common, connection: defaults.native, taskQueue: 'bare' }, stops)
  return {
    ours: { client: tuned.client, taskQueue: 'ours', workflow: 'recordedChain' },
    bare: { client: tuned.client, taskQueue: 'bare', workflow: 'bareChain' },
    defaults: { client: defaults.client, taskQueue: 'bare', workflow: 'bareChain' },
  }
}

async function startServer(stateDir: string, defaults: boolean, stops: (() => Promise<unknown>)[]) {
  const executable = temporalExecutable(toolsDir)
  const server = await startTemporal({
    stateDir,
    defaults,
    executable,
    namespace: 'default',
    port: await freePort(),
    uiPort: null,
  })
  stops.push(() => server.stop())
  const connection = await Connection.connect({ address: server.address })
  stops.push(() => connection.close())
  const native = await NativeConnection.connect({ address: server.address })
  stops.push(() => native.close())
  return { client: new Client({ connection }), native }
}

async function startWorker(options: WorkerOptions, stops: (() => Promise<unknown>)[]): Promise<void> {
  const worker = await Worker.create(options)
  const running = worker.run()
  stops.push(() => {
    worker.shutdown()
    return running
  })
}

async function measure(sides: Record<SideName, Side>): Promise<Figure[]> {
  const figures: Figure[] = []
  const chains = new Map<number, Times>()
  for (const steps of CHAINS) chains.set(steps, await chainTimes(sides, steps))
  for (const [steps, times] of chains) figures.push(...chainFigures(steps, times))
  figures.push(withinTheSteps(chains))
  const bursts = await timesOf(sides, (side, round) =>
    Promise.all(
      Array.from({ length: BURST_RUNS }, (_, index) =>
        runChain(side, BURST_CHAIN, `burst-${round}-${index}`),
      ),
    ),
  )
  figures.push(...sideFigures(`${BURST_RUNS} runs at once of a chain of ${BURST_CHAIN}`, bursts))
  return figures
}

/** In turns of several chains: a server that rests between two chains saves up polls, and its ticks do not show. */
async function chainTimes(sides: Record<SideName, Side>, steps: number): Promise<Times> {
  const times: Times = { ours: [], bare: [], defaults: [] }
  for (let turn = 0; turn < TURNS; turn++) {
    for (const name of Object.keys(times) as SideName[]) {
      const chain = (place: string) => runChain(sides[name], steps, `chain-${steps}-${turn}-${place}`)
      await chain('unmeasured')
      for (let place = 0; place < CHAINS_PER_TURN; place++) {
        const startedAt = performance.now()
        await chain(String(place))
        times[name].push(performance.now() - startedAt)
      }
    }
  }
  return times
}

/** Milliseconds of `work` for every side, in turns. */
async function timesOf(
  sides: Record<SideName, Side>,
  work: (side: Side, round: number) => Promise<unknown>,
): Promise<Times> {
  const times: Times = { ours: [], bare: [], defaults: [] }
  for (let round = 0; round < BURST_REPETITIONS; round++) {
    for (const name of Object.keys(times) as SideName[]) {
      const startedAt = performance.now()
      await work(sides[name], round)
      times[name].push(performance.now() - startedAt)
    }
  }
  return times
}

function runChain({ client, taskQueue, workflow }: Side, steps: number, id: string): Promise<unknown> {
  return client.workflow.execute(workflow, { taskQueue, workflowId: `${taskQueue}-${id}`, args: [steps] })
}

const SIDE_MEANING: Record<SideName, string> = {
  ours: 'with interceptor and run record',
  bare: 'bare SDK worker, same server',
  defaults: "bare SDK worker, server's default settings",
}

function sideFigures(what: string, times: Times): Figure[] {
  return (Object.keys(times) as SideName[]).map((name) => ({
    what: `${what}, ${name}`,
    value: median(times[name]),
    unit: 'ms',
    note: `${SIDE_MEANING[name]}; ${spread(times[name], 'ms')}`,
  }))
}

function chainFigures(steps: number, times: Times): Figure[] {
  const figures = sideFigures(`chain of ${steps}`, times)
  const [ours, bare, defaults] = [median(times.ours), median(times.bare), median(times.defaults)]
  if (steps === 1) {
    const what = '  fixed cost of interceptor and record'
    // No target of its own: two empty steps alone cost two thirds of the target below.
    const note = 'ours less bare; the record adds two steps and two transactions'
    figures.push({ what, value: ours - bare, unit: 'ms', note })
  }
  if (steps === LONG_CHAIN) {
    figures.push(
      { what: '  ours to bare', value: ours / bare, unit: '', atMost: TARGET_COST },
      { what: '  our server to its defaults', value: bare / defaults, unit: '', atMost: TARGET_OF_DEFAULTS },
    )
  }
  return figures
}

/** A chain of 1 with its record is three steps, as short as a pipeline can be; a bare chain of 3 is what they cost anyway. */
function withinTheSteps(chains: ReadonlyMap<number, Times>): Figure {
  const recorded = chains.get(1)?.ours ?? []
  const bare = chains.get(3)?.bare ?? []
  return {
    what: 'record within the first and last of 3 steps',
    value: median(recorded) - median(bare),
    unit: 'ms',
    atMost: TARGET_FIXED_MS,
    note: 'chain of 1, ours, less chain of 3, bare: the same number of steps, as in a pipeline',
  }
}
