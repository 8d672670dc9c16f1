/**
 * The soak of a whole stack: pipelines run on their schedules and by hand while random disasters happen to the
 * processes, the files, the disk, the database and the upstreams; then everything is repaired and all promises are
 * checked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { print, table } from '../../../cli/output.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { chanceFrom, type Chance } from '../soak-chance.ts'
import { withAdministrator } from './administrator.ts'
import { drawDisaster } from './disasters.ts'
import {
  comesToRest,
  leftFiles,
  refusedTimes,
  rowsAhead,
  silentRuns,
  strayProcesses,
  untruths,
} from './promises.ts'
import { kill, soakStack, type SoakStack } from './soak-stack.ts'
import { startAny } from './start-any.ts'

/** Disasters before everything is repaired and checked. */
const MAX_DISASTERS = 3
/** Between two disasters at most this: about the length of an undisturbed run. */
const LONGEST_PEACE_MS = 5 * SECOND_MS
/** Starts that are interrupted before the first one may end: the state folder is new each time it got nowhere. */
const FIRST_INTERRUPTIONS = 4
const FIRST_START_MS = 8 * SECOND_MS

/** What `up` printed last, if the soak itself fails. */
const OUTPUT_CHARACTERS = 4_000

/** Soaks for this long and prints the results; returns the number of broken promises. */
export async function soakDisasters({ minutes, seed }: { minutes: number; seed: number }): Promise<number> {
  print(`disasters for ${minutes} min with seed ${seed}`)
  const chance = chanceFrom(seed)
  const tried = new Map<string, number>()
  const found: string[] = []
  const report = (sentences: readonly string[], where: string) => {
    found.push(...sentences)
    for (const sentence of sentences) print(`FOUND  ${where}: ${sentence}`)
  }
  const began = new Date()
  const stack = await soakStack(seed)
  try {
    await firstStart(stack, chance)
    report(stack.broken.splice(0), 'first start')
    const until = Date.now() + minutes * MINUTE_MS
    while (Date.now() < until) {
      const names = await disaster(stack, chance)
      for (const name of names) tried.set(name, (tried.get(name) ?? 0) + 1)
      report([...stack.broken.splice(0), ...(await checked(stack, chance, began))], names.join(', then '))
    }
    print(table(['tried', 'times'], [...tried].toSorted()))
    print(`\n${table(['pipeline', 'ended', 'runs'], await endings(stack))}`)
    await stack.up().end('SIGTERM')
    report(leftFiles(stack), 'after the end')
  } catch (error) {
    print(stack.up().output().slice(-OUTPUT_CHARACTERS))
    throw error
  } finally {
    await stack.close()
  }
  report(stack.broken.splice(0), 'after the end')
  const slowest = Math.max(...stack.starts) / 1000
  const times = [...tried.values()].reduce((sum, one) => sum + one, 0)
  print(`\n${times} disasters, ${stack.starts.length} starts of at most ${slowest.toFixed(1)} s`)
  print(`${found.length} broken promises; seed ${seed}`)
  return found.length
}

/** The very first start, interrupted some times: it must leave a folder that starts. */
async function firstStart(stack: SoakStack, chance: Chance): Promise<void> {
  for (let left = FIRST_INTERRUPTIONS; left > 0; left--) {
    const up = stack.begin()
    await sleep(chance(FIRST_START_MS))
    await up.end('SIGKILL')
    // Once: what is being spawned in this very moment goes on without its parent.
    for (const { pid } of stack.processes()) kill(pid, 'SIGKILL')
  }
  await stack.start()
}

/** Starts a run by hand and lets disasters happen; returns their names. */
async function disaster(stack: SoakStack, chance: Chance): Promise<string[]> {
  await startAny(stack, chance)
  const names: string[] = []
  for (let left = 1 + chance(MAX_DISASTERS); left > 0; left--) {
    await sleep(chance(LONGEST_PEACE_MS))
    const drawn = drawDisaster(chance, stack)
    names.push(drawn.name)
    print(`${new Date().toISOString().slice(11, 19)}  ${drawn.name}`)
    await drawn.strike(stack, chance)
  }
  stack.simulator.faults.clear()
  return names
}

/** Starts one more run, waits until all is at rest, then looks at everything that was stored. */
async function checked(stack: SoakStack, chance: Chance, began: Date): Promise<string[]> {
  const repaired = new Date().toISOString()
  await startAny(stack, chance)
  const unfinished = await comesToRest(stack)
  return [
    ...unfinished,
    ...(await strayProcesses(stack)),
    ...(await silentRuns(stack, began.toISOString())),
    ...(await refusedTimes(stack, repaired)),
    ...(await rowsAhead(stack)),
    ...(await untruths(stack, began)),
  ]
}

async function endings(stack: SoakStack): Promise<[string, string, number][]> {
  const rows = await withAdministrator(stack, (run) =>
    run(`select pipeline, outcome, count(*)::int as runs from pipeline_runs group by 1, 2 order by 1, 2`),
  )
  return rows.map(({ pipeline, outcome, runs }) => [String(pipeline), String(outcome), Number(runs)])
}
