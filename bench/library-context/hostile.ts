/** A night of hostile trees and answers beside the minute's pipeline: nothing that strangers made holds up the rest. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endingOf, startRun } from '../../client/runs.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import { ensureContextmaker } from '../../local/contextmaker-venv.ts'
import { pipelineById } from '../../pipelines/index.ts'
import { fullNameOf } from '../../simulator/library-context/libraries.ts'
import { SLOW_TREES } from '../../simulator/library-context/repositories/slow-trees.ts'
import { packageRoot } from '../../system/package-root.ts'
import { sentence } from '../../wording/sentence.ts'
import { startBenchStack, toolsDir, type BenchStack } from '../bench-stack.ts'
import { memoryMb, startScript } from '../command-process.ts'
import { median, spread, type Figure } from '../figure.ts'
import { timedPoll } from '../match-results/match-stack.ts'

/** What is promised. */
const BLOCKED_MS = 100
const MEMORY_MB = 600
/** A minute's run has 50 s; this leaves the rest to a slow network. */
const MINUTE_RUN_MS = 10_000
/** Runs before the night, in which code is loaded. */
const WARM_UP = 5
const POLL_INTERVAL_MS = 500
const WATCH_INTERVAL_MS = 50

const KINDS = Object.keys(SLOW_TREES) as (keyof typeof SLOW_TREES)[]
const ASTRONOMY = {
  description: 'Astronomy',
  source: 'ascl' as const,
  keywords: ['astro', 'sky', 'gal', 'cosmo'],
  top: KINDS.length,
}

/** A record within the bounds of one, whose text takes longest to read. */
const longRecord = (part: string, times: number) => ({
  ascl_id: '1303.002',
  title: 'x',
  abstract: part.repeat(times),
  site_list: false,
})

/** Catalogues within the cap of their size, each slow to read in another way. */
const ANSWERS = {
  'nested levels': `{"1":${'['.repeat(4e6)}`,
  'many values': `{"1":[${'[],'.repeat(4e6)}[]]}`,
  'wrong records': `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":{}`).join(',')}}`,
  'a page': `<html><body>${'<title '.repeat(2e6)}`,
  'a long text': JSON.stringify({ 1: longRecord('github.com/a/', 1e6) }),
  'long records': JSON.stringify(Object.assign({}, Array(7).fill(longRecord('github.com/a/', 160_000)))),
  'wasted names': JSON.stringify(Object.assign({}, Array(150).fill(longRecord('github.com/a/', 7_600)))),
}

export async function hostile(): Promise<Figure[]> {
  await ensureContextmaker(toolsDir, () => undefined)
  const stack = await startBenchStack({
    simulator: { libraries: KINDS.length },
    tracked: () => ({
      'library-context': { domains: { astronomy: ASTRONOMY } },
      'match-results': { enabled: false },
    }),
  })
  try {
    return await measured(stack)
  } finally {
    await stack.stop()
  }
}

async function measured(stack: BenchStack): Promise<Figure[]> {
  const file = join(stack.config.stateDir, 'longest-block')
  const script = join(packageRoot, 'bench', 'library-context', 'hostile-worker.ts')
  const worker = startScript(['--import', 'tsx', script, file], stack.env)
  await worker.saw('worker is polling')
  try {
    for (let run = 0; run < WARM_UP; run++) await timedPoll(stack)
    await longestBlock(worker.pid, file)
    const minutes = watchMinutes(stack)
    const memory = watchMemory(worker.pid)
    const answers = await nightsOf(stack, 'answers')
    const byAnswers = await longestBlock(worker.pid, file)
    const trees = await nightsOf(stack, 'trees')
    const byTrees = await longestBlock(worker.pid, file)
    const times = await minutes.end()
    return [
      blocked('event loop blocked by hostile answers, at most', byAnswers, answers),
      blocked('event loop blocked by hostile trees, at most', byTrees, trees),
      {
        what: 'worker and its reader, peak memory',
        value: await memory.end(),
        unit: 'MB',
        atMost: MEMORY_MB,
      },
      {
        what: 'a run of the minute meanwhile, at most',
        value: Math.max(...times),
        unit: 'ms',
        atMost: MINUTE_RUN_MS,
        note: `${times.length} runs, median ${median(times).toFixed(0)} ms, ${spread(times, 'ms')}`,
      },
    ]
  } finally {
    await worker.end('SIGTERM')
  }
}

function blocked(what: string, value: number, note: string): Figure {
  return { what, value, unit: 'ms', atMost: BLOCKED_MS, note }
}

/** One night for each answer of the catalogue, or one of all trees; returns how they ended. */
async function nightsOf(stack: BenchStack, what: 'answers' | 'trees'): Promise<string> {
  const { faults, world } = stack.simulator
  if (what === 'answers') {
    const outcomes: string[] = []
    for (const [name, body] of Object.entries(ANSWERS)) {
      faults.set('ascl', {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body,
      })
      outcomes.push(`${name} ${outcomeOf(await night(stack), 'ascl')}`)
    }
    faults.set('ascl', null)
    return outcomes.join(', ')
  }
  const extra = world.libraries.list().slice(-KINDS.length)
  extra.forEach((library, at) => {
    world.libraries.change(fullNameOf(library), { kind: KINDS[at] ?? 'plain', stars: 100_000 - at })
  })
  return outcomeOf(await night(stack), 'contexts')
}

async function night({ client }: BenchStack): Promise<RunEnding> {
  const pipeline = pipelineById('library-context')
  if (pipeline === undefined) throw new Error('expected library-context in the registry')
  return endingOf(await startRun(client, pipeline, 'manual'))
}

function outcomeOf({ counts }: RunEnding, part: string): string {
  const { outcome, written, fetched, why } = counts[part] ?? { outcome: 'absent', why: [] }
  process.stderr.write(`${part}: ${why.map((one) => sentence(one)).join('; ')}\n`)
  return `${outcome} (${written ?? 0} of ${fetched ?? 0})`
}

/** The longest time for which the worker's event loop was held since the last question, in milliseconds. */
async function longestBlock(pid: number, file: string): Promise<number> {
  process.kill(pid, 'SIGUSR2')
  while (!existsSync(file)) await sleep(WATCH_INTERVAL_MS)
  const longest = Number(readFileSync(file, 'utf8'))
  rmSync(file)
  return longest
}

/** Runs of the minute's pipeline, one after the other. */
function watchMinutes(stack: BenchStack): { end: () => Promise<number[]> } {
  const times: number[] = []
  let ended = false
  const run = async () => {
    while (!ended) {
      times.push((await timedPoll(stack)).ms)
      await sleep(POLL_INTERVAL_MS)
    }
  }
  const running = run()
  return {
    end: async () => {
      ended = true
      await running
      return times
    },
  }
}

/** The highest sum of the worker's memory and that of the processes in which it reads trees. */
function watchMemory(worker: number): { end: () => Promise<number> } {
  let most = 0
  let ended = false
  const watch = async () => {
    while (!ended) {
      const pids = [worker, ...readdirSync('/proc').filter(isReader).map(Number)]
      most = Math.max(
        most,
        pids.map(memoryNow).reduce((sum, one) => sum + one, 0),
      )
      await sleep(WATCH_INTERVAL_MS)
    }
  }
  const watching = watch()
  return {
    end: async () => {
      ended = true
      await watching
      return most
    },
  }
}

function isReader(pid: string): boolean {
  if (!/^\d+$/.test(pid)) return false
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return program.endsWith('node') && args.some((one) => one.endsWith('/read-tree.ts'))
  } catch {
    // It has ended meanwhile.
    return false
  }
}

function memoryNow(pid: number): number {
  try {
    return memoryMb(pid, 'VmRSS') || 0
  } catch {
    return 0
  }
}
