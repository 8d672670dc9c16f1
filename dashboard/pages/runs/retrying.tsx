/** All that has failed and is tried again, at this moment. */
import { Link } from '@tanstack/react-router'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import { RetryNow } from './retry-now.tsx'
import type { Retry } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

/** What is being tried again. */
export const useRetries = () => useApi<{ retrying: Retry[] }>('/api/retrying')

export function RetryingPanel() {
  const say = useWords(RUN_WORDS)
  const query = useRetries()
  return (
    <Panel
      title={say('retrying.title')}
      query={query}
      isEmpty={({ retrying }) => retrying.length === 0}
      empty={say('retrying.none')}
    >
      {({ retrying }) => (
        <>
          <p className="soft">{say('retry.limits')}</p>
          <ul className="troubles">
            {retrying.map((retry) => (
              <li key={`${retry.workflow_id} ${retry.activity_id}`}>
                <RetryLine retry={retry} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

function RetryLine({ retry }: { retry: Retry }) {
  return (
    <>
      <Link to={`/runs/${encodeURIComponent(retry.run_workflow_id)}`}>{retry.workflow_id}</Link>
      <StepTrouble step={retry} workflowId={retry.workflow_id} />
    </>
  )
}

interface StepTroubleProps {
  step: Omit<Retry, 'workflow_id' | 'run_workflow_id'>
  /** Workflow of the activity. */
  workflowId: string
}

/** An activity that failed: its name, how often, why, and when it is tried again. */
export function StepTrouble({ step, workflowId }: StepTroubleProps) {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  const isOver = step.state === 'failed' || step.state === 'cancelled'
  return (
    <div className="step-trouble">
      <p>
        <strong>{step.step}</strong>
        {step.summary !== '' && ` · ${step.summary}`}
      </p>
      {step.failure !== null && <p className="failure">{step.failure}</p>}
      <p>
        {say('step.attempts', { n: step.attempts })} ·{' '}
        {isOver ? (
          say('step.over')
        ) : step.next_attempt_at === null ? (
          say('step.now')
        ) : (
          <>
            {say('step.next')} <Age at={step.next_attempt_at} /> ({format.moment(step.next_attempt_at)})
          </>
        )}
      </p>
      {!isOver && <RetryNow step={step} workflowId={workflowId} />}
    </div>
  )
}
