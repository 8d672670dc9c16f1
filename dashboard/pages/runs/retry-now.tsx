/** Starts the next attempt of an activity at once. */
import { ChangeButton } from '../../blocks/change.tsx'
import { useWords } from '../../preferences.tsx'
import type { Step } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

export function RetryNow({
  step,
  workflowId,
}: {
  step: Pick<Step, 'step' | 'activity_id'>
  workflowId: string
}) {
  const say = useWords(RUN_WORDS)
  const address = `/api/runs/${encodeURIComponent(workflowId)}/activities/${encodeURIComponent(step.activity_id)}/retry`
  return (
    <ChangeButton label={say('retry.now')} about={step.step} done={say('retry.done')} address={address} />
  )
}
