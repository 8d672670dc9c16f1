/** Watching a run until its end: what each source has done, what waits, why, and when it is tried next. */
import type { Client } from '@temporalio/client'
import { setTimeout as sleep } from 'node:timers/promises'
import { MultiBar, type SingleBar } from 'cli-progress'
import type { Config } from '../config/load-config.ts'
import { almanacCommand } from '../core/command-name.ts'
import type { RunEnding } from '../core/run-outcome.ts'
import { oneLine } from '../wording/text.ts'
import { coloured, moment, print } from './output.ts'
import { forTerminal, terminal } from './terminal.ts'
import { endingOf, type RunHandle } from '../client/runs.ts'
import type { ChildView } from '../client/run-children.ts'
import { viewRun, type RunView, type StepView } from '../client/run-view.ts'

/** Poll interval of a run: short while it may end any moment, long once it waits for something. */
function pollIntervalMs(followedMs: number): number {
  if (followedMs < 5_000) return 250
  return followedMs < 60_000 ? 1_000 : 5_000
}

export interface Follower {
  say: (line: string) => void
  /**
   * A new line for every attempt of a waiting activity and for every child workflow that ends, instead of one for each
   * problem.
   */
  everyAttempt: boolean
  /** Ends the watching (not the run) with the signal's reason. */
  signal?: AbortSignal
}

/**
 * Waits for a run's end. On a terminal, sources with several batches get a bar each; elsewhere a line a batch. It polls
 * instead of holding one long request: such a request outlives the connection it was made on.
 */
export async function followRun(
  client: Client,
  config: Config,
  handle: Pick<RunHandle, 'workflowId' | 'result'>,
  { say, everyAttempt, signal }: Follower,
): Promise<RunEnding> {
  const progress = terminal().stdout.isTTY ? barProgress() : lineProgress(say)
  const reported = new Set<string>()
  const report = (key: string, line: string) => {
    if (!reported.has(key)) progress.above(line)
    reported.add(key)
  }
  const recoveries = createRecoveries()
  const startedAt = Date.now()
  try {
    for (;;) {
      const view = await viewRun(client, undefined, config, handle.workflowId)
      if (view !== undefined && isUntaken(view) && Date.now() - startedAt > TAKEN_WITHIN_MS)
        report(
          'untaken',
          `no worker takes it: it begins as soon as one does ("${almanacCommand('worker')}", or npm start)`,
        )
      for (const { key, line } of view === undefined ? [] : newsOf(view, everyAttempt)) report(key, line)
      if (!everyAttempt && view !== undefined) for (const line of recoveries.of(view)) progress.above(line)
      if (view?.outcome !== 'running') return await endingOf(handle)
      progress.show(progressOf(view.steps))
      await sleep(pollIntervalMs(Date.now() - startedAt), undefined, signal === undefined ? {} : { signal })
    }
  } finally {
    progress.end()
  }
}

/** A worker takes a run within milliseconds, and a busy one within seconds. */
const TAKEN_WITHIN_MS = 5_000

/** Whether no activity of a run was taken by a worker yet. */
const isUntaken = ({ outcome, steps }: RunView): boolean =>
  outcome === 'running' && steps.every(({ state, failure }) => state === 'waiting' && failure === undefined)

/** Activities that were reported as waiting, and go on. */
function createRecoveries() {
  const waiting = new Set<string>()
  return {
    of({ steps }: RunView): string[] {
      return steps.flatMap(({ step, state, failure }) => {
        if (state === 'waiting' && failure !== undefined) waiting.add(step)
        return state === 'done' && waiting.delete(step) ? [`${step} goes on`] : []
      })
    },
  }
}

/**
 * What is worth a line, each with a key by which it is reported once: activities that wait after a failure, child
 * workflows that ended.
 */
function newsOf({ steps, chains }: RunView, everyAttempt: boolean): { key: string; line: string }[] {
  const own = steps.map((step) => ({ whose: '', step }))
  const theirs = chains.flatMap(({ name, steps }) => steps.map((step) => ({ whose: `${name} `, step })))
  const waiting = [...own, ...theirs].flatMap(({ whose, step }) => {
    if (step.state !== 'waiting' || step.failure === undefined) return []
    const key = `${whose}${step.step} ${everyAttempt ? step.attempts : step.failure}`
    return [{ key, line: whose + waitingLine(step, everyAttempt) }]
  })
  const ended = chains
    .filter(({ state }) => state !== 'running' && (everyAttempt || state !== 'done'))
    .map((child) => ({ key: child.workflowId, line: endedLine(child) }))
  return [...waiting, ...ended]
}

function endedLine({ name, state, outcome, reason }: ChildView): string {
  return `${name} ${coloured(outcome ?? state)}${reason === undefined ? '' : `: ${oneLine(reason)}`}`
}

function waitingLine(step: StepView, everyAttempt: boolean): string {
  const why = (step.failure ?? '').replace(/\.$/, '')
  // One line stands for all attempts: their number and times would be those of the first.
  if (!everyAttempt)
    return `${step.step} ${coloured('waiting')}: ${why}; it is tried again until ${step.triedUntil ? moment(step.triedUntil) : "the run's time is up"}`
  const next = step.nextAttemptAt ? `, next attempt at ${moment(step.nextAttemptAt)}` : ''
  return `${step.step} ${coloured('waiting')} after attempt ${step.attempts}: ${why}${next}`
}

interface SourceProgress {
  done: number
  of: number
}

/** How far each activity's batches came; an activity with only one has no progress worth showing. */
export function progressOf(steps: StepView[]): Map<string, SourceProgress> {
  const progress = new Map<string, SourceProgress>()
  for (const { step, batch } of steps) {
    if (batch === undefined) continue
    const done = (progress.get(step)?.done ?? 0) + batch.done
    if (batch.left > 0 || progress.has(step)) progress.set(step, { done, of: done + batch.left })
  }
  return progress
}

interface ProgressDisplay {
  show(progress: Map<string, SourceProgress>): void
  above(line: string): void
  end(): void
}

function lineProgress(say: (line: string) => void): ProgressDisplay {
  const shown = new Map<string, number>()
  return {
    show(progress) {
      for (const [step, { done, of }] of progress) {
        if (shown.get(step) !== done) say(`${step} ${done} of ${of}`)
        shown.set(step, done)
      }
    },
    above: say,
    end: () => undefined,
  }
}

function barProgress(): ProgressDisplay {
  const bars = new MultiBar({
    format: '{step} {bar} {value} of {total}',
    hideCursor: true,
    clearOnComplete: true,
  })
  const shown = new Map<string, SingleBar>()
  return {
    show(progress) {
      for (const [step, { done, of }] of progress) {
        const bar = shown.get(step) ?? bars.create(of, done, { step: step.padEnd(18) })
        shown.set(step, bar)
        bar.setTotal(of)
        bar.update(done)
      }
    },
    above(line) {
      if (shown.size === 0) print(line)
      else bars.log(forTerminal(`${line}\n`))
    },
    end() {
      bars.stop()
    },
  }
}
