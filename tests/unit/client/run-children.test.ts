/** Child workflows of a run, from its history. */
import { defaultPayloadConverter } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { childrenOf, childrenSentence } from '../../../client/run-children.ts'
import { pendingSteps, type HistoryEvent } from '../../../client/run-steps.ts'

const RUN = 'library-context-2026-11-21T02:00:00Z'
const at = (seconds: number) => ({ seconds: seconds as unknown as Long })
type Long = NonNullable<NonNullable<HistoryEvent['eventTime']>['seconds']>
const id = (number: number) => number as unknown as Long

/** The first two events of every child workflow. */
function begun(number: number, name: string, seconds: number): HistoryEvent[] {
  const workflowId = `${RUN}/${name}`
  return [
    { eventId: id(number), startChildWorkflowExecutionInitiatedEventAttributes: { workflowId } },
    {
      eventTime: at(seconds),
      childWorkflowExecutionStartedEventAttributes: { initiatedEventId: id(number) },
    },
  ]
}
const completed = (number: number, seconds: number, ending: unknown): HistoryEvent => ({
  eventTime: at(seconds),
  childWorkflowExecutionCompletedEventAttributes: {
    initiatedEventId: id(number),
    result: { payloads: [defaultPayloadConverter.toPayload(ending)] },
  },
})

describe('the child workflows of a run', () => {
  it('child workflows end in their own words, and one that made nothing has failed', () => {
    const events = [
      ...begun(5, 'a/made', 10),
      ...begun(7, 'a/title', 11),
      ...begun(9, 'a/terminated', 12),
      ...begun(11, 'a/cancelled', 13),
      ...begun(13, 'a/running', 14),
      completed(5, 14, { outcome: 'made', bytes: 1 }),
      completed(7, 15, { outcome: 'title-only', reason: '12 words, at least 200 required', bytes: 1 }),
      { childWorkflowExecutionTerminatedEventAttributes: { initiatedEventId: id(9) } },
      { childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: id(11) } },
    ]
    const children = childrenOf({ events }, RUN)
    expect(children.map(({ name, state, outcome, seconds }) => [name, state, outcome, seconds])).toEqual([
      ['a/made', 'done', 'made', 4],
      ['a/title', 'failed', 'title-only', 4],
      ['a/terminated', 'failed', undefined, undefined],
      ['a/cancelled', 'cancelled', undefined, undefined],
      ['a/running', 'running', undefined, undefined],
    ])
    expect(children[1]?.reason).toBe('12 words, at least 200 required')
    expect(childrenSentence(children)).toBe('1 running, 1 made, 1 title-only, 1 failed, 1 cancelled')
  })

  it('lists no child workflows of a run without any', () => {
    expect(childrenOf({ events: [{ eventId: id(1) }] }, RUN)).toEqual([])
  })

  it('shows how often a waiting activity was tried, why it failed and when it is retried', () => {
    const steps = pendingSteps([
      {
        activityId: '7',
        activityType: { name: 'cloneLibrary' },
        attempt: 3,
        lastFailure: { message: 'away', applicationFailureInfo: { type: 'UpstreamUnavailable' } },
        nextAttemptScheduleTime: at(1_800_000_000),
      },
    ])
    expect(steps).toEqual([
      {
        activityId: '7',
        step: 'cloneLibrary',
        summary: '',
        state: 'waiting',
        attempts: 2,
        failure: 'UpstreamUnavailable: away',
        nextAttemptAt: new Date(1_800_000_000_000),
      },
    ])
  })
})
