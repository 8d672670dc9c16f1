/** The steps of a run as its history tells them. */
import { expect, it } from 'vitest'
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
