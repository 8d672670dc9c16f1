/** Runs of library-context with stand-ins for its steps: each does its work at once and well unless a test says otherwise. */
import type { Worker, WorkerOptions } from '@temporalio/worker'
import { SECOND_MS } from '../../../core/durations.ts'
import type { Changes } from '../../../activities/library-context/find-changes.ts'
import type { ChildEnding } from '../../../activities/library-context/activity-context.ts'
import type { LibraryTodo } from '../../../activities/library-context/inputs.ts'
import type { LibraryContextActivities } from '../../../activities/library-context/index.ts'
import { startRun, type RunHandle } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { NOTHING, type SourceCounts } from '../../../core/run-outcome.ts'
import { HOST_AWAY_MS } from '../../../workflows/library-context/bounds.ts'
import type { TestServer, TimeSkipping } from '../../support/time-skipping.ts'
import { until } from '../../support/until.ts'
import { notedSteps, type Call, type FakeSteps } from '../mod-stats/fake-steps.ts'
import type { HistoryEvent } from '../history-order.ts'
import { failureReason } from '../../../core/reason.ts'

export type LibrarySteps = FakeSteps<keyof LibraryContextActivities>

/** What a library's clone weighs. */
export const CLONE_BYTES = 1_000

/** The answer of a step that counts; complete unless told. */
export function counted(counts: Partial<SourceCounts> = {}): Promise<SourceCounts> {
  return Promise.resolve({ ...NOTHING, fetched: 10, written: 10, ...counts })
}

/** A library that is new: `Owner/lib1`, `Owner/lib2`, … */
export function todo(number: number, own: Partial<LibraryTodo> = {}): LibraryTodo {
  const name = `Owner/lib${number}`
  return { library: name.toLowerCase(), name, why: 'new', failures: 0, ...own }
}

/** That many libraries, the first with this number. */
export function todos(count: number, first = 1): LibraryTodo[] {
  return Array.from({ length: count }, (_, index) => todo(first + index))
}

/** The result for a batch of libraries, all of which need a context; by default there is no other batch. */
export function changes(
  libraries: LibraryTodo[],
  { next = null, atOnce = 2, counts = {} }: ChangesOptions = {},
): Promise<Changes> {
  const asked = libraries.length
  return Promise.resolve({
    counts: { ...NOTHING, fetched: asked, written: asked, ...counts },
    todo: libraries,
    next,
    chain: { atOnce, cloneMs: 300_000, readMs: 720_000 },
  })
}

interface ChangesOptions {
  /** Place after which the next batch begins. */
  next?: number | null
  atOnce?: number
  counts?: Partial<SourceCounts>
}

/** The result of a child workflow's last activity on its host. */
export function made(own: Partial<ChildEnding> = {}): Promise<ChildEnding> {
  return Promise.resolve({ outcome: 'made', bytes: CLONE_BYTES, ...own })
}

/** Builds the steps; `own` replaces some of them. All libraries' host is the worker that runs everything else. */
export function fakeLibrarySteps(
  time: Pick<TestServer, 'now'>,
  own: Partial<LibraryContextActivities> = {},
): LibrarySteps {
  return notedSteps<LibraryContextActivities>(time, {
    openLibraryContext: () => Promise.resolve({ sources: ['ascl', 'lists'] }),
    collectCatalogue: () => counted(),
    rankLibraries: () => counted(),
    findChanges: () => changes(todos(3)),
    publishLibraries: () => counted({ fetched: 3 }),
    claimHost: () => Promise.resolve({ queue: TASK_QUEUE, cleanupQueue: TASK_QUEUE }),
    cloneLibrary: () => Promise.resolve({ commit: 'c0ffee', bytes: CLONE_BYTES }),
    makeContext: () => made(),
    removeClone: () => Promise.resolve(),
    recordFailedAttempt: ({ reason }) =>
      Promise.resolve({ outcome: 'failed', reason: failureReason(reason), bytes: 0 }),
    closeLibraryContext: (_run, ending) => Promise.resolve(ending),
    ...own,
  })
}

/** A worker of a host's own queues, as that host's would be: it runs no workflow of ours. */
export function createHostWorker(
  time: TimeSkipping,
  taskQueue: string,
  { activities }: LibrarySteps,
  options: Partial<WorkerOptions> = {},
): Promise<Worker> {
  return time.createWorker(activities, { taskQueue, ...options })
}

/** Starts a night as `almanac run` does. */
export function startLibraryContext(
  { client }: Pick<TestServer, 'client'>,
  params: Record<string, unknown> = {},
): Promise<RunHandle> {
  const pipeline = pipelineById('library-context')
  if (pipeline === undefined) throw new Error('library-context is not in the registry')
  return startRun(client, pipeline, 'manual', params)
}

/** What a night left behind. */
export interface NightRun {
  handle: RunHandle
  ending: EndingInWords
  /** Of each execution, the first one first: a night hands over to a fresh history. */
  histories: HistoryEvent[][]
}

/** Queues that no worker polls are called so. */
export const NOBODY = 'nobody'
/** A queue whose worker is lost after a clone. */
export const LOST_AFTER_CLONE = 'lost-after-clone'

export interface NightOptions {
  params?: Record<string, unknown>
  /** Workers of hosts' own queues, which run beside. */
  hosts?: Worker[]
}

/** Runs a night with these steps to the end; time passes also while chains wait for queues that nobody polls. */
export async function runLibraryContext(
  time: TimeSkipping,
  steps: LibrarySteps,
  { params, hosts = [] }: NightOptions = {},
): Promise<NightRun> {
  const worker = await time.createWorker(steps.activities)
  const night = async () => {
    const handle = await startLibraryContext(time, params)
    let isOver = false
    const over = endingOf(handle).finally(() => {
      isOver = true
    })
    await until(async () => {
      if (!isOver && (await waitsForNobody(time, handle, steps))) await time.skip(HOST_AWAY_MS + SECOND_MS)
      return isOver
    })
    return { handle, ending: await over, histories: await historiesOf(time, handle) }
  }
  return hosts.reduce(
    (inner, host) => () => host.runUntil(inner),
    () => worker.runUntil(night),
  )()
}

/** Whether the child workflow that claimed a host last has an activity in a queue without a worker. */
async function waitsForNobody(time: TimeSkipping, handle: RunHandle, steps: LibrarySteps): Promise<boolean> {
  if (steps.callsOf('claimHost').length === 0) return false
  // One that has begun: of one that is only asked for the server knows no history yet.
  const begun = (await historiesOf(time, handle))
    .flat()
    .flatMap(
      (event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? [],
    )
    .at(-1)
  if (begun === undefined) return false
  const { events } = await time.client.workflow.getHandle(begun).fetchHistory()
  const waiting = events?.at(-1)?.activityTaskScheduledEventAttributes
  const queue = waiting?.taskQueue?.name
  // A clone that is being made is the last event, too: time that passed meanwhile would be its heartbeat's.
  return queue === NOBODY || (queue === LOST_AFTER_CLONE && waiting?.activityType?.name !== 'cloneLibrary')
}

/** The histories of a run's executions, the first one first. */
export async function historiesOf(
  { client }: Pick<TestServer, 'client'>,
  handle: RunHandle,
): Promise<HistoryEvent[][]> {
  const histories: HistoryEvent[][] = []
  let runId: string | null | undefined = handle.firstExecutionRunId
  while (runId) {
    const { events } = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory()
    histories.push(events ?? [])
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
  }
  return histories
}

/** A child workflow in the history of its night. */
export interface ChildEvents {
  workflowId: string
  /** Names of its search attributes. */
  attributes: string[]
  /** How many chains, this one included, were open when it was asked for. */
  openThen: number
}

/** The chains of one history in the order in which they were asked for. */
export function childrenIn(events: readonly HistoryEvent[]): ChildEvents[] {
  const children: ChildEvents[] = []
  let open = 0
  for (const event of events) {
    const asked = event.startChildWorkflowExecutionInitiatedEventAttributes
    if (asked) {
      open++
      const attributes = Object.keys(asked.searchAttributes?.indexedFields ?? {})
      children.push({ workflowId: asked.workflowId ?? '', attributes, openThen: open })
    }
    const ended =
      event.childWorkflowExecutionCompletedEventAttributes ??
      event.childWorkflowExecutionFailedEventAttributes ??
      event.childWorkflowExecutionCanceledEventAttributes ??
      event.childWorkflowExecutionTerminatedEventAttributes
    if (ended) open--
  }
  return children
}

/** The library of a call of a child workflow's activity; undefined for other activities. */
export function libraryOf({ input }: Call): string | undefined {
  return (input as { todo?: LibraryTodo } | undefined)?.todo?.name
}

/** The steps that were begun for one library, in order, each as often as it was tried. */
export function stepsFor({ calls }: LibrarySteps, name: string): string[] {
  return calls.filter((call) => libraryOf(call) === name).map(({ step }) => step)
}

/** The endings with which the night's record was closed: one, if all is well. */
export function closings(steps: LibrarySteps): (EndingInWords | undefined)[] {
  return steps.callsOf('closeLibraryContext').map(({ ending }) => ending)
}

/** The outcome of each part of a night, in the order in which they are told. */
export function outcomes({ counts }: EndingInWords): [string, string][] {
  return Object.entries(counts).map(([name, { outcome }]) => [name, outcome])
}
