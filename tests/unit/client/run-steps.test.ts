/** The steps of a run as its history tells them. */
import { expect, it } from 'vitest'
import { defaultPayloadConverter } from '@temporalio/common'
import { endedSteps, stepsOf, type History } from '../../../client/run-steps.ts'

it('nothing of a run that was terminated runs or waits any more', () => {
  const scheduled = { activityId: '1', activityType: { name: 'collect' } }
  const history = {
    events: [{ eventId: 5 as never, activityTaskScheduledEventAttributes: scheduled }],
  } as History
  const pending = [{ activityId: '1', attempt: 9, lastFailure: { message: 'away' } }]
  expect(stepsOf(history, pending)).toMatchObject([{ state: 'waiting', attempts: 8, failure: 'away' }])
  const [step] = endedSteps(history)
  expect(step).toMatchObject({ step: 'collect', state: 'cancelled' })
  expect(step).not.toHaveProperty('nextAttemptAt')
})

it.each([
  [
    { counts: { fetched: 3, written: 2 }, done: 1, left: 0 },
    { fetched: 3, written: 2, done: 1, left: 0 },
  ],
  [{ outcome: 'complete', counts: { modrinth: { fetched: 3, written: 2 } } }, undefined],
  [undefined, undefined],
])('of the result %j a step shows the rows of one source', (result, batch) => {
  const payloads = [defaultPayloadConverter.toPayload(result)]
  const history = {
    events: [
      { eventId: 5 as never, activityTaskScheduledEventAttributes: { activityId: '1' } },
      {
        eventId: 6 as never,
        activityTaskCompletedEventAttributes: { scheduledEventId: 5 as never, result: { payloads } },
      },
    ],
  } as History
  expect(stepsOf(history, [])[0]?.batch).toEqual(batch)
})
