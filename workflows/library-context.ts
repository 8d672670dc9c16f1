/** library-context: catalogues, stars and lists; then, library by library, what has changed. */
import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  continueAsNew,
  executeChild,
  log,
  ParentClosePolicy,
  TerminatedFailure,
  workflowInfo,
} from '@temporalio/workflow'
import type { ChildEnding, ChildSettings } from '../activities/library-context/activity-context.ts'
import type { CatalogueSource, LibraryParams, LibraryTodo } from '../activities/library-context/inputs.ts'
import { type Run, type RunInput } from '../core/run.ts'
import type { LibraryContextActivities } from '../activities/library-context/index.ts'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import {
  addCounts,
  asCounts,
  isSpooled,
  NOTHING,
  withSpooled,
  type RunCounts,
  type RunEnding,
  type SourceCounts,
} from '../core/run-outcome.ts'
import {
  CATALOGUE_MS,
  CHANGES_MS,
  NIGHTLY_BOUND_MS,
  PUBLISHING_MS,
  STARS_MS,
} from './library-context/bounds.ts'
import { makeContextWorkflow } from './library-context/make-context.ts'
import { pastSnapshot } from './past-snapshot.ts'
import { CLOSING_MS, computation, databaseWork, HISTORY_EVENTS, upstreamRead } from './policies.ts'
import {
  activitiesOf,
  settleSource,
  boundMsOf,
  reasonOf,
  recordedRun,
  remainingMs,
  runOf,
} from './recorded-run.ts'
import { reason } from '../wording/reason.ts'
import { asReason, failureReason, type Reason } from '../core/reason.ts'

/** State of a night from its first activity on. */
interface Night {
  run: Run
  params: LibraryParams
  boundMs: number
  counts: RunCounts
  /** Milliseconds left; the share for what follows the child workflows is already subtracted. */
  left: () => number
}

const activities = activitiesOf<LibraryContextActivities>()

const SUMMARY: Record<CatalogueSource, string> = {
  ascl: 'ASCL: the catalogue',
  lists: 'Libraries named in almanac.yaml',
  search: 'GitHub: search',
}

/** Keeps the lists of all domains and the contexts of their libraries. */
export async function libraryContextWorkflow(input: RunInput<LibraryParams>): Promise<RunEnding> {
  const run = runOf('library-context', input)
  const params = input.params ?? {}
  const derive = params.derive ?? false
  const boundMs = boundMsOf(input, NIGHTLY_BOUND_MS)
  const left = () => remainingMs(run, boundMs)
  let sources: CatalogueSource[] = []

  const hooks = {
    open: async () => {
      // Without the lock: a night that is due now must not be skipped because files are written.
      if (derive) return {}
      const skipped = pastSnapshot(run, input)
      if (skipped) return { skipped }
      const answer = await activities(databaseWork(left()), 'Take the run lock').openLibraryContext({
        run,
        params,
      })
      sources = answer.sources
      return answer
    },
    closing: 'night',
    close: (_: unknown, ending: RunEnding) =>
      activities(databaseWork(CLOSING_MS), `Close the record: ${ending.outcome}`).closeLibraryContext(
        run,
        ending,
      ),
  }

  return recordedRun(run, hooks, input, async (counts) => {
    const night: Night = { run, params, boundMs, counts, left }
    // Rows from the spool were collected by the night that put them there.
    if (derive) return publish(night)
    let after: number | null = input.resumed?.cursors['libraries'] ?? 0
    if (input.resumed === undefined) await keepLists(night, sources)
    while (after !== null) {
      after = await keepContexts(night, after)
      if (after !== null && workflowInfo().historyLength > HISTORY_EVENTS) {
        log.info('continuing with a fresh history', { events: workflowInfo().historyLength })
        const resumed = { run, counts, cursors: { libraries: after } }
        await continueAsNew<typeof libraryContextWorkflow>({ ...input, resumed })
      }
    }
    // Reported last, as it happens last.
    Reflect.deleteProperty(counts, 'files')
    await publish(night)
  })
}

/** Catalogues in parallel, then stars and ranks; published before the contexts, which take all night. */
async function keepLists(night: Night, sources: CatalogueSource[]): Promise<void> {
  const { run, params, counts, left } = night
  // The context of a single library needs no list.
  if (params.library !== undefined) return
  const asked = sources.map(async (source) => {
    const ask = activities(upstreamRead(Math.min(left(), CATALOGUE_MS)), SUMMARY[source])
    return [
      source,
      await settleSource(undefined, () => ask.collectCatalogue({ run, params, source })),
    ] as const
  })
  for (const [source, found] of await Promise.all(asked)) counts[source] = found
  counts['stars'] = await settleSource(undefined, () =>
    activities(upstreamRead(Math.min(left(), STARS_MS)), 'GitHub: stars; the lists').rankLibraries({
      run,
      params,
    }),
  )
  await publish(night)
}

/** Finds which libraries of a batch have changed and runs a child workflow for each. Returns the next batch's cursor. */
async function keepContexts(night: Night, after: number): Promise<number | null> {
  const { run, params, counts, left } = night
  let todo: LibraryTodo[] = []
  let chain: ChildSettings | undefined
  let next: number | null = null
  const changes = await settleSource(counts['changes'], async () => {
    const ask = activities(upstreamRead(Math.min(left(), CHANGES_MS)), summaryOf(after))
    const plan = await ask.findChanges({ run, params, after })
    ;({ todo, next, chain } = plan)
    const found = asCounts(plan.counts)
    return counts['changes'] === undefined ? found : addCounts(counts['changes'], found)
  })
  counts['changes'] = changes
  if (chain === undefined) return null
  const waiting = [...todo]
  const place = async (settings: ChildSettings) => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const ending = await childOf(night, one, settings)
      const made = countsOf(one, ending)
      counts['contexts'] = counts['contexts'] === undefined ? made : addCounts(counts['contexts'], made)
    }
  }
  const settings = chain
  const places = await Promise.allSettled(Array.from({ length: settings.atOnce }, () => place(settings)))
  // Thrown only now: if the night is cancelled, all its children have cleaned up before its record is closed.
  for (const one of places) if (one.status === 'rejected') throw one.reason
  return next
}

/** Runs one library as a child workflow, which cleans up after itself even if this run is terminated. */
async function childOf(night: Night, todo: LibraryTodo, settings: ChildSettings): Promise<ChildEnding> {
  const { run, boundMs, left } = night
  if (left() <= PUBLISHING_MS && boundMs > 2 * PUBLISHING_MS) {
    return { outcome: 'failed', reason: reason('night-over'), bytes: 0 }
  }
  try {
    return await executeChild(makeContextWorkflow, {
      workflowId: `${run.workflowId}/${todo.name}`,
      args: [
        {
          run,
          todo,
          boundMs: boundMs > 2 * PUBLISHING_MS ? boundMs - PUBLISHING_MS : boundMs,
          cloneMs: settings.cloneMs,
          readMs: settings.readMs,
        },
      ],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${todo.name}: ${todo.why}`,
    })
  } catch (error) {
    // A child that an operator cancels ends alone; one that ends because the night is cancelled ends the night.
    if (CancellationScope.current().consideredCancelled) throw error
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return {
        outcome: 'failed',
        reason: reason('chain-running', { workflowId: error.workflowId }),
        bytes: 0,
      }
    if (!(error instanceof ChildWorkflowFailure)) throw error
    // Ended by an operator, or a defect: the others go on.
    return { outcome: 'failed', reason: endOf(error), bytes: 0 }
  }
}

/** Why a child workflow ended, if it could not report it itself. */
function endOf({ cause, message }: ChildWorkflowFailure): Reason {
  if (cause instanceof CancelledFailure) return reason('chain-cancelled')
  if (cause instanceof TerminatedFailure) return reason('chain-terminated')
  if (cause instanceof ActivityFailure) return failureReason(reasonOf(cause))
  return failureReason({ type: 'Unclassified', message: cause?.message ?? message })
}

async function publish({ counts, left }: Night): Promise<void> {
  if (isSpooled(counts)) {
    counts['files'] = { ...NOTHING, outcome: 'skipped', why: [reason('files-left-to-drain')] }
    return
  }
  counts['files'] = await settleSource(undefined, () =>
    activities(computation(Math.min(left(), CLOSING_MS)), 'Write lists and context files').publishLibraries(),
  )
}

function countsOf({ name }: LibraryTodo, ending: ChildEnding): SourceCounts {
  const isMade = ending.outcome === 'made'
  const counts: SourceCounts = {
    ...NOTHING,
    outcome: isMade ? 'complete' : 'failed',
    fetched: 1,
    written: isMade && ending.spooled === undefined ? 1 : 0,
    rejected: ending.outcome === 'title-only' ? 1 : 0,
    why: [
      ...(ending.notice === undefined ? [] : [asReason(ending.notice)]),
      ...(ending.reason === undefined
        ? []
        : [reason('library', { library: name, reason: asReason(ending.reason) })]),
    ],
  }
  return ending.spooled === undefined ? counts : withSpooled(counts, ending.spooled)
}

function summaryOf(after: number): string {
  return after === 0
    ? 'Git: which libraries have changed'
    : `Git: which have changed (from library ${after + 1})`
}
