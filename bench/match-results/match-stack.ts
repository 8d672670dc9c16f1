/** A stack for match-results on a moved clock: the league plays in this process, the worker in a separate one. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { MINUTE_MS } from '../../core/durations.ts'
import { endingOf, startRun, type RunHandle } from '../../client/runs.ts'
import { packageRoot } from '../../system/package-root.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server.ts'
import { startBenchStack, type AlmanacFile, type BenchStack } from '../bench-stack.ts'
import { startScript, type CommandProcess } from '../command-process.ts'

const START_AT = Date.parse('2026-03-10T12:00:00Z')

/** The section `match-results` of almanac.yaml. */
export type MatchSection = NonNullable<AlmanacFile['match-results']>

export interface MatchStack {
  stack: BenchStack
  /** The moment that league and worker live at. */
  now(): Date
  /** Moves it on. */
  pass(minutes: number): void
  /** The league that the next worker requests, and the rest of its section of almanac.yaml. */
  ask(simulator: Simulator, section?: MatchSection): void
  startWorker(): Promise<CommandProcess>
  /** Another league at the same moment; ended with the stack. */
  league(options: SimulatorOptions): Promise<Simulator>
  stop(): Promise<void>
}

/** Starts it with the league that the simulator's options describe. */
export async function startMatchStack(
  options: SimulatorOptions,
  section: MatchSection = {},
): Promise<MatchStack> {
  let nowMs = START_AT
  const now = () => new Date(nowMs)
  const stack = await startBenchStack({
    simulator: { ...options, matchClock: now },
    tracked: (url) => ({ 'match-results': sectionOf(url, section) }),
  })
  const others: Simulator[] = []
  const file = join(stack.config.stateDir, 'moment')
  const report = () => {
    // A worker never finds half a number.
    writeFileSync(`${file}.new`, String(nowMs))
    renameSync(`${file}.new`, file)
  }
  report()
  return {
    stack,
    now,
    async league(of) {
      const other = await startSimulator({ rateLimits: false, ...of, matchClock: now })
      others.push(other)
      return other
    },
    pass(minutes) {
      nowMs += minutes * MINUTE_MS
      report()
    },
    ask({ url }, change = {}) {
      const path = stack.env['ALMANAC_CONFIG'] ?? ''
      const tracked = parse(readFileSync(path, 'utf8')) as Record<string, unknown>
      writeFileSync(path, stringify({ ...tracked, 'match-results': sectionOf(url, change) }))
    },
    async startWorker() {
      const script = join(packageRoot, 'bench', 'match-results', 'match-worker.ts')
      const worker = startScript(['--import', 'tsx', script, file], stack.env)
      await worker.saw('worker is polling')
      return worker
    },
    async stop() {
      await stack.stop()
      await Promise.all(others.map((other) => other.close()))
    },
  }
}

function sectionOf(url: string, section: MatchSection): MatchSection {
  return {
    enabled: false,
    ...section,
    feed: { url: `${url}/onexbet/service-api/LiveFeed/Get1x2_VZip`, ...section.feed },
    results: { url: `${url}/onexbet-results/service-api/result/web/api`, ...section.results },
  }
}

/** Starts one run. */
export function startPoll({ client }: BenchStack): Promise<RunHandle> {
  const pipeline = pipelineById('match-results')
  if (pipeline === undefined) throw new Error('expected match-results in the registry')
  return startRun(client, pipeline, 'manual')
}

export interface TimedPoll {
  ms: number
  ending: RunEnding
  handle: RunHandle
}

/** One run from trigger to outcome. */
export async function timedPoll(stack: BenchStack): Promise<TimedPoll> {
  const startedAt = performance.now()
  const handle = await startPoll(stack)
  const ending = await endingOf(handle)
  return { ms: performance.now() - startedAt, ending, handle }
}
