/**
 * The soak of mod-stats: runs one after another while everything around them is killed, with a check of all promises
 * after each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE_MS } from '../../../core/durations.ts'
import { print, table } from '../../../cli/output.ts'
import { startRun } from '../../../client/runs.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { startModStack } from '../../../bench/mod-stats/mod-stack.ts'
import { chanceFrom, type Chance } from '../soak-chance.ts'
import { brokenPromises, passOneDay } from './soak-checks.ts'
import { drawDisaster, type Victim } from './soak-disasters.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
/** Disasters a run meets at most; more would only make runs longer. */
const MAX_DISASTERS = 4
/** Between two disasters of a run: at most this, which is about the length of an undisturbed run. */
const LONGEST_PEACE_MS = 3_000
/** No disaster lasts longer than seconds, so a run that takes this long does not end. */
const STUCK_MS = 5 * MINUTE_MS
/** gRPC calls of a client whose server was killed fail; this many retries outlast a restart. */
const ASK_AGAIN_MS = 500

export interface ModStatsSoak {
  minutes: number
  /** Repeats the same disasters in the same order. */
  seed: number
  /** Collected in each run. */
  mods: number
}

/** Soaks for this long and prints the results; returns the number of broken promises. */
export async function soakModStats({ minutes, seed, mods }: ModStatsSoak): Promise<number> {
  print(`soaking for ${minutes} min with seed ${seed} and ${mods} mods`)
  const chance = chanceFrom(seed)
  const tried = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const found: string[] = []
  const stack = await startModStack(mods)
  const victim: Victim = { stack, worker: await stack.startWorker() }
  try {
    const until = Date.now() + minutes * MINUTE_MS
    while (Date.now() < until) {
      const { outcome, broken } = await oneRun(victim, chance, tried)
      count(outcomes, outcome)
      found.push(...broken)
      for (const sentence of broken) print(`FOUND  ${sentence}`)
    }
  } finally {
    await victim.worker.end('SIGTERM')
    await stack.stop()
  }
  print(table(['tried', 'times'], [...tried].toSorted()))
  print(`\n${table(['runs ended', 'times'], [...outcomes].toSorted())}`)
  print(`\n${total(outcomes)} runs, ${total(tried)} disasters, ${found.length} broken promises; seed ${seed}`)
  return found.length
}

/** Starts a run, lets disasters happen until it ends, and checks what it left. */
async function oneRun(victim: Victim, chance: Chance, tried: Map<string, number>) {
  const { stack } = victim
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('expected mod-stats in the registry')
  stack.simulator.faults.clear()
  await passOneDay(stack)
  const handle = await startRun(stack.client, pipeline, 'manual')
  const ended = persistentEnding(() => endingOf(stack.client.workflow.getHandle(handle.workflowId)))
  const over = new AbortController()
  const stop = () => {
    over.abort()
  }
  ended.then(stop, stop)
  let lied = false
  for (let left = 1 + chance(MAX_DISASTERS); left > 0 && !over.signal.aborted; left--) {
    await sleep(chance(LONGEST_PEACE_MS))
    const disaster = drawDisaster(chance)
    lied ||= disaster.lies
    await disaster.strike(victim, chance)
    count(tried, disaster.name)
  }
  const ending = await ended
  if (ending === undefined) {
    const { workflowId } = handle
    await handle.terminate('the soak gave up waiting')
    return { outcome: 'stuck', broken: [`${workflowId}: still running after ${STUCK_MS / MINUTE_MS} min`] }
  }
  const date = (await handle.describe()).startTime.toISOString().slice(0, 10)
  const broken = await brokenPromises(stack, { ending, workflowId: handle.workflowId, lied, date })
  return { outcome: ending.outcome, broken }
}

/** The ending, requested again whenever the server becomes unavailable meanwhile; undefined after `STUCK_MS`. */
async function persistentEnding(ask: () => Promise<EndingInWords>): Promise<EndingInWords | undefined> {
  const deadline = Date.now() + STUCK_MS
  while (Date.now() < deadline) {
    try {
      const late = sleep(deadline - Date.now(), undefined, { ref: false })
      return await Promise.race([ask(), late])
    } catch (error) {
      // gRPC codes for an unavailable server (4, 14) or an aborted call (1); anything else is a defect.
      const code = error instanceof Error ? codeOf(error) : undefined
      if (code !== 1 && code !== 4 && code !== 14) throw error
      await sleep(ASK_AGAIN_MS)
    }
  }
  return undefined
}

function codeOf(error: Error): unknown {
  if ('code' in error) return error.code
  return error.cause instanceof Error ? codeOf(error.cause) : undefined
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0)
}
