/**
 * Schedules as code, on a real server: what is applied, what survives of an operator's changes, and what happens after
 * an outage.
 */
import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client'
import { TypedSearchAttributes } from '@temporalio/common'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import {
  applySchedules,
  describe as describeSchedule,
  resumeSchedule,
  scheduleStates,
} from '../../client/schedules.ts'
import { PIPELINE } from '../../client/search-attributes.ts'
import type { Config } from '../../config/load-config.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { almanacFileSchema } from '../../config/almanac-file.ts'
import { eachVariant } from '../support/each-variant.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const ID = 'mod-stats'
const HOURLY = 'crypto-forecast'
const NIGHTLY = 'library-context'
const MINUTELY = 'match-results'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ ownTemporal: true })
})
afterAll(async () => {
  await stack.stop()
})
beforeEach(async () => {
  const { schedule } = stack.client
  const ours = PIPELINES.map(({ id }): string => id)
  // The list goes on for a moment to show what the test before has removed …
  for await (const { scheduleId } of schedule.list())
    if (!ours.includes(scheduleId) && (await describeSchedule(stack.client, scheduleId)) !== undefined)
      await schedule.getHandle(scheduleId).delete()
  // … and takes one to show what it has created: therefore by name.
  for (const id of ours) {
    if ((await describeSchedule(stack.client, id)) !== undefined) await schedule.getHandle(id).delete()
    await until(async () => (await describeSchedule(stack.client, id)) === undefined)
  }
})

const apply = (config = stack.config) => applySchedules(stack.client, config)

/** What apply says of one pipeline. */
async function applied(config?: Config, id = ID) {
  return (await apply(config)).filter((schedule) => schedule.id === id)
}

async function current(id = ID) {
  const found = await describeSchedule(stack.client, id)
  if (found === undefined) throw new Error(`the server has no schedule ${id}`)
  return found
}

/** The stack's settings with a pipeline turned on or off in almanac.yaml. */
function enabled(value: boolean, id: keyof Config['tracked'] = ID): Config {
  const { config } = stack
  return { ...config, tracked: { ...config.tracked, [id]: { ...config.tracked[id], enabled: value } } }
}

/** A schedule that is not Almanac's, on the same server. */
const strange = (scheduleId: string): ScheduleOptions => ({
  scheduleId,
  spec: { intervals: [{ every: DAY_MS }] },
  action: { type: 'startWorkflow', workflowType: 'reportWorkflow', taskQueue: 'reports' },
})

describe('schedules apply', () => {
  it('creates the schedule of the registry, with nothing left to defaults', async () => {
    expect(await applied()).toEqual([{ id: ID, change: 'created', paused: false }])
    const { spec, policies, action, memo, state } = await current()
    expect(spec.intervals).toMatchObject([{ every: DAY_MS }])
    expect(spec.jitter).toBe(5 * 60 * 1000)
    expect(policies).toEqual({
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: 0.9 * DAY_MS,
      pauseOnFailure: false,
    })
    expect(memo).toEqual({ managedBy: 'almanac' })
    expect(state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
    expect(action).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'modStatsWorkflow',
      workflowId: ID,
      taskQueue: 'almanac',
      args: [{ trigger: 'schedule' }],
      staticSummary: 'mod-stats, scheduled',
    })
    const attributes = action.typedSearchAttributes
    expect(attributes instanceof TypedSearchAttributes && attributes.get(PIPELINE)).toBe(ID)
  })

  it('creates the hourly schedule at ten past, with no jitter and no second run beside the first', async () => {
    const config = enabled(true, HOURLY)
    expect(await applied(config, HOURLY)).toEqual([{ id: HOURLY, change: 'created', paused: false }])
    const { spec, policies, action, state, info } = await current(HOURLY)
    expect(spec.intervals).toEqual([{ every: 60 * MINUTE_MS, offset: 10 * MINUTE_MS }])
    expect(spec.jitter ?? 0).toBe(0)
    expect(policies).toEqual({
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: 54 * MINUTE_MS,
      pauseOnFailure: false,
    })
    expect(state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
    expect(action).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'cryptoForecastWorkflow',
      workflowId: HOURLY,
      args: [{ trigger: 'schedule', latestMs: 54 * MINUTE_MS }],
    })
    expect(info.nextActionTimes).not.toEqual([])
    for (const next of info.nextActionTimes) expect(next.toISOString()).toMatch(/T\d\d:10:00\.000Z$/)
  })

  it('creates the nightly schedule at its time of day in its time zone, also when the clocks change', async () => {
    const on = enabled(true, NIGHTLY)
    const env = { ...on.env, MAINTENANCE_TIME: '03:30', MAINTENANCE_TIMEZONE: 'Europe/Paris' }
    expect(await applied({ ...on, env }, NIGHTLY)).toMatchObject([{ change: 'created', paused: false }])
    const { info } = await current(NIGHTLY)
    const shown = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'short' })
    expect(info.nextActionTimes).not.toEqual([])
    for (const next of info.nextActionTimes) expect(shown.format(next)).toBe('03:30')
  })

  it('creates a nightly schedule that has a run in the night whose hour does not exist, and one in the night that has it twice', async () => {
    const on = enabled(true, NIGHTLY)
    const env = { ...on.env, MAINTENANCE_TIME: '02:00', MAINTENANCE_TIMEZONE: 'Europe/Paris' }
    await apply({ ...on, env })
    const { spec, action } = await current(NIGHTLY)
    const nightsFrom = async (day: string) => {
      const scheduleId = `from-${day}`
      const { schedule } = stack.client
      const later = { ...spec, startAt: new Date(day) } as ScheduleOptions['spec']
      await schedule.create({ ...strange(scheduleId), spec: later })
      const { info } = await current(scheduleId)
      await schedule.getHandle(scheduleId).delete()
      return info.nextActionTimes.slice(0, 3).map((next) => next.toISOString().slice(0, 16))
    }
    expect(action).toMatchObject({ workflowId: NIGHTLY })
    expect(await nightsFrom('2027-03-27')).toEqual([
      '2027-03-27T01:00',
      '2027-03-28T01:00',
      '2027-03-29T00:00',
    ])
    expect(await nightsFrom('2027-10-30')).toEqual([
      '2027-10-30T00:00',
      '2027-10-31T01:00',
      '2027-11-01T01:00',
    ])
    const { state, everyMs } = (await scheduleStates(stack.client)).find(({ id }) => id === NIGHTLY) ?? {}
    expect({ state, everyMs }).toEqual({ state: 'active', everyMs: DAY_MS })
  })

  it('creates the minutely schedule with a catch-up of seconds, so that late minutes do not pile up', async () => {
    const config = enabled(true, MINUTELY)
    expect(await applied(config, MINUTELY)).toEqual([{ id: MINUTELY, change: 'created', paused: false }])
    const { spec, policies, action, state, info } = await current(MINUTELY)
    expect(spec.intervals).toMatchObject([{ every: MINUTE_MS }])
    expect(spec.jitter ?? 0).toBe(0)
    expect(policies).toEqual({
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: 10_000,
      pauseOnFailure: false,
    })
    expect(state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
    expect(action).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'matchResultsWorkflow',
      workflowId: MINUTELY,
      args: [{ trigger: 'schedule', latestMs: 10_000 }],
    })
    expect(info.nextActionTimes.length).toBeGreaterThan(1)
    for (const next of info.nextActionTimes) expect(next.getTime() % MINUTE_MS).toBe(0)
  })

  it('pauses the minutely schedule unless it is turned on, with how to do so', async () => {
    const off = almanacFileSchema.parse({ [ID]: { mods: [{ modrinth: 'createnuclear' }] }, [MINUTELY]: {} })
    expect(await applied({ ...stack.config, tracked: off }, MINUTELY)).toEqual([
      { id: MINUTELY, change: 'created', paused: true },
    ])
    const { state, info } = await current(MINUTELY)
    expect(state).toMatchObject({
      paused: true,
      note: 'Off in almanac.yaml: set enabled to true there, and start again [almanac:off]',
    })
    expect(info.numActionsTaken).toBe(0)
  })

  it('pauses a pipeline of which almanac.yaml has no section, saying how to turn it on', async () => {
    const tracked = almanacFileSchema.parse({ [ID]: { mods: [{ modrinth: 'createnuclear' }] } })
    const config = { ...stack.config, tracked }
    expect(await apply(config)).toEqual(
      PIPELINES.map(({ id }) => ({ id, change: 'created', paused: id !== ID })),
    )
    const { paused, note } = (await current(HOURLY)).state
    expect(paused).toBe(true)
    expect(note).toContain('almanac.yaml')
    expect(note).toContain('enabled')
  })

  it('applying schedules a second time changes nothing', async () => {
    await apply()
    const before = await current()
    expect(await applied()).toEqual([{ id: ID, change: 'updated', paused: false }])
    const { spec, policies, action, memo, state } = await current()
    expect({ spec, policies, action, memo, state }).toEqual({
      spec: before.spec,
      policies: before.policies,
      action: before.action,
      memo: before.memo,
      state: before.state,
    })
  })

  it('applies an edited interval to the schedule', async () => {
    await apply()
    const { config } = stack
    await apply({ ...config, env: { ...config.env, COLLECTION_INTERVAL: 3600 } })
    const { spec, policies } = await current()
    expect(spec.intervals).toMatchObject([{ every: 3_600_000 }])
    expect(policies.catchupWindow).toBe(3_240_000)
  })

  it('keeps a pause by an operator and says that it is one', async () => {
    await apply()
    await stack.client.schedule.getHandle(ID).pause('maintenance')
    expect(await applied()).toEqual([{ id: ID, change: 'updated', paused: true, kept: 'maintenance' }])
    expect((await current()).state).toMatchObject({ paused: true, note: 'maintenance' })
  })

  it('schedules of selected pipelines pause the others, or leave them unchanged', async () => {
    const config = enabled(true, MINUTELY)
    const only = PIPELINES.filter(({ id }) => id === MINUTELY)
    const paused = async () => [(await current()).state.paused, (await current(MINUTELY)).state.paused]
    await apply(config)
    await applySchedules(stack.client, config, only, { leavesOthers: true })
    expect(await paused()).toEqual([false, false])
    await applySchedules(stack.client, config, only)
    expect(await paused()).toEqual([true, false])
    await applySchedules(stack.client, config, [], { leavesOthers: true })
    expect(await paused()).toEqual([true, false])
    await apply(config)
    expect(await paused()).toEqual([false, false])
  })

  it('takes over a schedule that a collector of the version before left paused', async () => {
    await apply()
    await stack.client.schedule.getHandle(ID).pause('Ran for "almanac collector --daemon", which has ended')
    expect(await applied()).toEqual([{ id: ID, change: 'updated', paused: false }])
  })

  eachVariant(['only this week', 'Unpaused via TypeScript SDK', 'Resumed with "./almanac schedules resume"'])(
    'follows almanac.yaml again after an operator has resumed a schedule with the note "%s"',
    async (note) => {
      const handle = stack.client.schedule.getHandle(ID)
      await apply()
      await handle.pause('maintenance')
      await handle.unpause(note)
      expect(await applied(enabled(false))).toEqual([{ id: ID, change: 'updated', paused: true }])
      expect((await current()).state.note).toContain('[almanac:off]')
      await handle.unpause(note)
      expect(await applied(enabled(true))).toEqual([{ id: ID, change: 'updated', paused: false }])
    },
  )

  it('a resume ends the pause of an operator as almanac.yaml says', async () => {
    await apply()
    await stack.client.schedule.getHandle(ID).pause('maintenance')
    const pipeline = PIPELINES.find(({ id }) => id === ID) as Pipeline
    expect(await resumeSchedule(stack.client, stack.config, pipeline)).toBe(false)
    expect((await current()).state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
    await stack.client.schedule.getHandle(ID).pause('maintenance')
    expect(await resumeSchedule(stack.client, enabled(false), pipeline)).toBe(true)
    expect(await applied(enabled(true))).toEqual([{ id: ID, change: 'updated', paused: false }])
  })

  it('pauses a schedule that almanac.yaml has off, says how to turn it on, and resumes it when it is on again', async () => {
    expect(await applied(enabled(false))).toEqual([{ id: ID, change: 'created', paused: true }])
    const off = (await current()).state
    expect(off.paused).toBe(true)
    expect(off.note).toContain('almanac.yaml')
    await apply(enabled(true))
    expect((await current()).state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
  })

  eachVariant([
    ['of version 0.1.0', 'Off in almanac.yaml: set enabled to true there, or run "almanac schedules resume"'],
    [
      'from before notes had a code',
      'Not among the pipelines of the last start (--only, or the collector alone)',
    ],
    ['with a code, in other words', 'Words of a later version [almanac:off]'],
  ])('resumes a schedule whose pause has a note of ours %s', async (_, note) => {
    await apply(enabled(false))
    await stack.client.schedule.getHandle(ID).pause(note)
    await apply(enabled(true))
    expect((await current()).state).toMatchObject({ paused: false, note: 'On in almanac.yaml [almanac:on]' })
  })

  it('removes schedules that left the registry and leaves unmanaged ones alone', async () => {
    const { schedule } = stack.client
    await schedule.create({ ...strange('left-the-registry'), memo: { managedBy: 'almanac' } })
    await schedule.create(strange('weekly-report'))
    await until(async () => {
      const seen: string[] = []
      for await (const { scheduleId } of schedule.list()) seen.push(scheduleId)
      return seen.length === 2
    })
    expect(await apply()).toContainEqual({ id: 'left-the-registry', change: 'removed', paused: false })
    expect(await describeSchedule(stack.client, 'left-the-registry')).toBeUndefined()
    expect(await describeSchedule(stack.client, 'weekly-report')).toBeDefined()
  })

  it('refuses to take over an unmanaged schedule with the id of a pipeline', async () => {
    await stack.client.schedule.create(strange(ID))
    await expect(apply()).rejects.toMatchObject({ name: 'Failure', type: 'Conflict' })
    expect((await current()).action).toMatchObject({ workflowType: 'reportWorkflow' })
  })
})

describe('times missed in an outage of the server', () => {
  it('makes up for all missed runs with one run after an outage', { tags: 'long' }, async () => {
    // Its catch-up window is 18 s: long enough for a server that, once it is back, waits for its dead worker's queue first.
    const everyMs = 20_000
    const { config } = stack
    // Paused until just before the outage, so that no run of an earlier time is open (there is no worker to end it).
    await apply({ ...enabled(false), env: { ...config.env, COLLECTION_INTERVAL: everyMs / 1000 } })
    await until(() => Date.now() % everyMs < everyMs / 8)
    await stack.client.schedule.getHandle(ID).unpause('outage')
    // A schedule that was created only after the outage missed nothing.
    await until(async () => !(await current()).state.paused)
    await stack.temporal().stop()
    // One time is missed, just before the server comes back.
    const stopped = Date.now()
    await until(() => Date.now() > stopped + 1.1 * everyMs)
    await stack.restartTemporal()
    const back = Date.now()
    const made = await until(async () => {
      const { info } = await current()
      return info.numActionsTaken > 0 && info.numActionsSkippedOverlap > 0 && info
    })
    expect(made.numActionsTaken).toBe(1)
    const [action, ...more] = made.recentActions
    expect(more).toEqual([])
    expect(action?.scheduledAt.getTime()).toBeLessThan(back)
    expect(action?.action.workflow.workflowId).toMatch(/^mod-stats-\d{4}-\d\d-\d\dT[\d:]+Z$/)
  })
})
