/** The steps of a run as its history tells them. */
import { defaultPayloadConverter } from '@temporalio/common'
import { expect, it } from 'vitest'
import { stepRow } from '../../../cli/commands/show.ts'
import { endedSteps, pendingSteps, stepsOf, type History } from '../../../client/run-steps.ts'

it('nothing of a run that was terminated runs or waits any more', () => {
  const scheduled = { activityId: '1', activityType: { name: 'collect' } }
  const history = {
    events: [{ eventId: 5 as never, activityTaskScheduledEventAttributes: scheduled }],
  } as History
  const expirationTime = { seconds: 1_785_542_400 }
  const pending = [{ activityId: '1', attempt: 9, lastFailure: { message: 'away' }, expirationTime }]
  const triedUntil = new Date('2026-08-01T00:00:00Z')
  expect(stepsOf(history, pending as never)).toMatchObject([
    { state: 'waiting', attempts: 8, failure: 'away', triedUntil },
  ])
  const [step] = endedSteps(history)
  expect(step).toMatchObject({ step: 'collect', state: 'cancelled' })
  expect(step).not.toHaveProperty('nextAttemptAt')
})

/** A step that was done at its second attempt. */
function doneStep(result: unknown) {
  const failure = { message: 'answered 503', applicationFailureInfo: { type: 'UpstreamUnavailable' } }
  const events = [
    { eventId: 5, activityTaskScheduledEventAttributes: { activityType: { name: 'collect' } } },
    {
      eventId: 6,
      activityTaskStartedEventAttributes: { scheduledEventId: 5, attempt: 2, lastFailure: failure },
    },
    {
      eventId: 7,
      activityTaskCompletedEventAttributes: {
        scheduledEventId: 5,
        result: { payloads: [defaultPayloadConverter.toPayload(result)] },
      },
    },
  ]
  const [step] = stepsOf({ events } as unknown as History, [])
  if (step === undefined) throw new Error('the history has no step')
  return step
}

it('the step that closes a run, with the counts of all sources, says nothing of rows', () => {
  const counts = { modrinth: { fetched: 3, written: 2 }, curseforge: { fetched: 1, written: 1 } }
  const step = doneStep({ outcome: 'complete', counts })
  expect(step).not.toHaveProperty('batch')
  expect(stepRow(step).join(' ')).not.toContain('undefined')
  expect(doneStep({ counts: { fetched: 3, written: 2 } }).batch).toMatchObject({ fetched: 3, written: 2 })
})

it('the failure of an earlier attempt is shown as such once the step is done', () => {
  expect(stepRow(doneStep({}))).toContain('earlier attempt: UpstreamUnavailable: answered 503')
})

it('why a step failed is said in the language of who asks, with the words of others in quotes', () => {
  const lastFailure = {
    message: 'answered 503',
    applicationFailureInfo: { type: 'UpstreamUnavailable' },
  }
  const [step] = pendingSteps([{ activityId: '1', attempt: 2, lastFailure }], 'fr')
  expect(step?.failure).toBe('le service est injoignable ou en panne («\u202Fanswered 503\u202F»)')
})
