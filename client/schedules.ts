/** Schedules as code: the registry says what there is, and this makes the server agree with it. */
import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client'
import { almanacCommand } from '../core/command-name.ts'
import { DAY_MS } from '../core/durations.ts'
import type { Config } from '../config/load-config.ts'
import { Failure } from '../core/failures.ts'
import { textReason, type Reason } from '../core/reason.ts'
import { PIPELINES, timingOf, type Pipeline } from '../pipelines/index.ts'
import type { RunInput } from '../core/run.ts'
import type { Timing } from '../pipelines/definition.ts'
import { reason } from '../wording/reason.ts'
import { sentence } from '../wording/sentence.ts'
import { wrongUsage } from '../wording/wrong-usage.ts'
import { missingTimes } from './missing-times.ts'
import { registerSearchAttributes, PIPELINE } from './search-attributes.ts'
import { TASK_QUEUE } from './task-queue.ts'

/** Marks the schedules that are ours: the server may be shared. */
const OWNER = { managedBy: 'almanac' }
/**
 * A note of ours ends with its reason's code: a pause replaces the note, so a pause without one is an operator's, and is
 * kept until it is resumed. The words before it are for who reads the note in Temporal's Web UI.
 */
const CODE = / \[almanac:([\w-]+)\]$/
/** Notes of ours from before they had a code, on servers that have kept them. */
const NOTES_WITHOUT_CODE: readonly (string | undefined)[] = [
  undefined,
  '',
  'On in almanac.yaml',
  'Off in almanac.yaml: set enabled to true there, or run "./almanac schedules resume"',
  'Off in almanac.yaml: set enabled to true there, or run "almanac schedules resume"',
  'Not among the pipelines of the last start (--only, or the collector alone)',
  'Runs for "almanac collector --daemon"',
  'Ran for "almanac collector --daemon", which has ended',
]

/** Why a schedule of ours is as it is, by the codes of notes. */
const NOTES = {
  on: reason('schedule-on'),
  off: reason('schedule-off'),
  'not-started': reason('schedule-not-started'),
}

const noteOf = (code: keyof typeof NOTES) => `${sentence(NOTES[code])} [almanac:${code}]`
/** The reason in a note: ours by its code, anything else in the words of who wrote it. */
function reasonOf(note = ''): Reason {
  const code = CODE.exec(note)?.[1] ?? ''
  return Object.hasOwn(NOTES, code) ? NOTES[code as keyof typeof NOTES] : textReason(note.replace(CODE, ''))
}

const isOurNote = (note: string | undefined) => NOTES_WITHOUT_CODE.includes(note) || CODE.test(note ?? '')

export interface AppliedSchedule {
  id: string
  change: 'created' | 'updated' | 'removed'
  paused: boolean
  /** The operator's words if their pause was kept. */
  kept?: string
}

/**
 * Creates or updates the schedules of all pipelines and removes ours that left the registry. Always updates: a server's
 * description does not show what was configured. Pipelines that are not in `only` are paused, or left as they are
 * (`leavesOthers`). Throws `Conflict` if a foreign schedule has the id of a pipeline.
 */
export async function applySchedules(
  client: Client,
  config: Config,
  only: readonly Pipeline[] = PIPELINES,
  { leavesOthers = false }: { leavesOthers?: boolean } = {},
): Promise<AppliedSchedule[]> {
  await registerSearchAttributes(client)
  const applied: AppliedSchedule[] = []
  for (const pipeline of leavesOthers ? only : PIPELINES) {
    applied.push(await applySchedule(client, scheduleOptions(config, pipeline, only.includes(pipeline))))
  }
  for (const id of leavesOthers ? [] : await ownedSchedules(client)) {
    if (PIPELINES.some((pipeline) => pipeline.id === id)) continue
    // The server's list goes on for a moment to show what has been removed.
    if ((await describe(client, id)) === undefined) continue
    await client.schedule.getHandle(id).delete()
    applied.push({ id, change: 'removed', paused: false })
  }
  return applied
}

async function applySchedule(
  client: Client,
  options: ReturnType<typeof scheduleOptions>,
): Promise<AppliedSchedule> {
  const id = options.scheduleId
  const current = await describe(client, id)
  if (current === undefined) {
    await client.schedule.create({ ...options, memo: OWNER })
    return { id, change: 'created', paused: options.state.paused }
  }
  refuseUnmanaged(current)
  const { paused, note } = current.state
  const kept = paused && !isOurNote(note) ? note : undefined
  const state = kept === undefined ? options.state : { paused, note: kept }
  await client.schedule.getHandle(id).update(() => ({ ...options, state }))
  return { id, change: 'updated', paused: state.paused, ...(kept === undefined ? {} : { kept }) }
}

/**
 * Pauses a schedule until an operator resumes it. Throws `WrongUsage` for a reason that is one of our own notes, Temporal's
 * `ScheduleNotFoundError` if there is none, and `Conflict`.
 */
export async function pauseSchedule(client: Client, pipeline: Pipeline, reason: string): Promise<void> {
  // The next start would take it for its own pause, and end it.
  if (isOurNote(reason)) throw wrongUsage('pause-reason-ours')
  const handle = client.schedule.getHandle(pipeline.id)
  refuseUnmanaged(await handle.describe())
  await handle.pause(reason)
}

/**
 * Starts a run of a schedule at once, unless one is going on. Throws Temporal's `ScheduleNotFoundError` if there is none,
 * and `Conflict`.
 */
export async function triggerSchedule(client: Client, pipeline: Pipeline): Promise<void> {
  const handle = client.schedule.getHandle(pipeline.id)
  refuseUnmanaged(await handle.describe())
  // Without the policy named here a trigger would start a second run next to an open one.
  await handle.trigger(ScheduleOverlapPolicy.SKIP)
}

/**
 * Ends an operator's pause: the schedule follows the configuration again. Returns whether it is paused all the same, since
 * the configuration has the pipeline off. Throws Temporal's `ScheduleNotFoundError` if there is none, and `Conflict`.
 */
export async function resumeSchedule(client: Client, config: Config, pipeline: Pipeline): Promise<boolean> {
  const options = scheduleOptions(config, pipeline, true)
  const handle = client.schedule.getHandle(pipeline.id)
  refuseUnmanaged(await handle.describe())
  await handle.update(() => options)
  return options.state.paused
}

/** Throws `Conflict` for a foreign schedule with the id of a pipeline. */
function refuseUnmanaged({ scheduleId, memo }: ScheduleDescription): void {
  if (isOurs(memo)) return
  throw new Failure(
    'Conflict',
    `The server holds a schedule "${scheduleId}" that is not Almanac's; remove it, or use your own namespace (TEMPORAL_NAMESPACE).`,
  )
}

function isOurs(memo: Record<string, unknown> | undefined): boolean {
  return memo?.['managedBy'] === OWNER.managedBy
}

/** A pipeline's schedule from the configuration; paused if the pipeline is off or not `chosen`. */
function scheduleOptions(config: Config, pipeline: Pipeline, chosen: boolean) {
  const { everyMs, offsetMs, daily, jitterMs, catchupMs } = timingOf(pipeline, config)
  const { enabled } = config.tracked[pipeline.id]
  const input: RunInput = { trigger: 'schedule', latestMs: catchupMs + jitterMs }
  return {
    scheduleId: pipeline.id,
    spec: daily
      ? {
          calendars: [{ hour: daily.hour, minute: daily.minute }, ...calendarsOfMissing(daily)],
          timezone: daily.timezone,
          jitter: jitterMs,
        }
      : { intervals: [{ every: everyMs, offset: offsetMs }], jitter: jitterMs },
    action: {
      type: 'startWorkflow',
      workflowType: pipeline.workflow,
      workflowId: pipeline.id,
      taskQueue: TASK_QUEUE,
      args: [input],
      typedSearchAttributes: [{ key: PIPELINE, value: pipeline.id }],
      staticSummary: `${pipeline.id}, scheduled`,
      staticDetails: pipeline.summary,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupMs, pauseOnFailure: false },
    state: { paused: !enabled || !chosen, note: noteOf(!chosen ? 'not-started' : enabled ? 'on' : 'off') },
  } satisfies ScheduleOptions
}

/** A server whose stack is not started again for this long would skip the day on which its clocks go forward. */
const YEARS_AHEAD = 10

/** Calendars for the days on which a time of day does not exist, which the server would skip. */
function calendarsOfMissing(daily: NonNullable<Timing['daily']>) {
  return missingTimes(daily, new Date().getUTCFullYear(), YEARS_AHEAD).map(
    ({ year, month, day, hour, minute }) => ({
      year,
      month: MONTHS[month - 1] as (typeof MONTHS)[number],
      dayOfMonth: day,
      hour,
      minute,
    }),
  )
}

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
]

/** A schedule as the server holds it; undefined if it has none of that id. */
export async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe()
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined
    throw error
  }
}

/** Ids of the schedules on this server that carry our mark, whether in the registry or not. */
export async function ownedSchedules(client: Client): Promise<string[]> {
  const owned: string[] = []
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (isOurs(memo)) owned.push(scheduleId)
  }
  return owned
}

/** Milliseconds from one run to the next; undefined of a schedule that was given other times than ours have. */
function intervalOf({ intervals, calendars }: ScheduleOptions['spec']): number | undefined {
  const every: unknown = intervals?.[0]?.every
  if (typeof every === 'number') return every
  // The others are for the days on which the time does not exist.
  const everyDay = calendars?.filter(({ year }) => (Array.isArray(year) ? year : []).length === 0)
  return everyDay?.length === 1 ? DAY_MS : undefined
}

export interface ScheduleState {
  id: string
  /** `missing` until `schedules apply` ran. */
  state: 'active' | 'paused' | 'missing'
  /** Why it is so, or what to do; an empty text if nobody said. */
  why: Reason
  /** Milliseconds from one run to the next, as the server has it. */
  everyMs?: number
  next?: Date
  last?: Date
}

const MISSING = reason('schedule-missing', { command: almanacCommand('schedules apply') })

/** Every pipeline's schedule on the server. */
export async function scheduleStates(client: Client): Promise<ScheduleState[]> {
  return Promise.all(
    PIPELINES.map(async ({ id }) => {
      const found = await describe(client, id)
      if (found === undefined) return { id, state: 'missing' as const, why: MISSING }
      const next = found.info.nextActionTimes[0]
      const last = found.info.recentActions.at(-1)?.takenAt
      const everyMs = intervalOf(found.spec)
      return {
        id,
        state: found.state.paused ? ('paused' as const) : ('active' as const),
        why: reasonOf(found.state.note),
        ...(everyMs === undefined ? {} : { everyMs }),
        ...(next && !found.state.paused ? { next } : {}),
        ...(last ? { last } : {}),
      }
    }),
  )
}
