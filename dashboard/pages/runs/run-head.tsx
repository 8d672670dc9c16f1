/** How a run stands, and what a person can do with it. */
import { Link } from '@tanstack/react-router'
import { ChangeButton, ReaderNote, useChange, useMayChange } from '../../blocks/change.tsx'
import { Age } from '../../blocks/age.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { OutcomeOf } from './run-list.tsx'
import type { RunDetails } from './shapes.ts'
import { secondsOf } from './sums.ts'
import { triggerWord } from './trigger.ts'
import { RUN_WORDS } from './words/index.ts'

export function RunHead({ run }: { run: RunDetails }) {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  const seconds = secondsOf(run)
  return (
    <>
      <dl className="facts">
        <Fact name={say('list.outcome')}>
          <OutcomeOf outcome={run.outcome} />
        </Fact>
        <Fact name={say('run.started')}>
          {format.moment(run.started_at)} (<Age at={run.started_at} />)
        </Fact>
        <Fact name={say('run.took')}>
          {seconds === null ? say('run.goesOn') : format.duration(seconds * 1_000)}
        </Fact>
        <Fact name={say('run.trigger')}>{triggerWord(say, run.trigger)}</Fact>
        <Fact name={say('run.workflow')}>
          <code>{run.workflow_id}</code>
        </Fact>
        <Fact name={say('run.id')}>
          <code>{run.run_id}</code>
        </Fact>
      </dl>
      {run.error !== null && <p className="failure">{run.error}</p>}
      <div className="run-actions">
        {run.finished_at === null ? <Cancel run={run} /> : <RunAgain pipeline={run.pipeline} />}
        <a href={run.link} rel="noreferrer">
          {say('run.webUi')}
        </a>
      </div>
      <ReaderNote />
    </>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Cancel({ run }: { run: RunDetails }) {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  const nameOf = usePipelineName()
  const named = { pipeline: nameOf(run.pipeline), at: format.moment(run.started_at) }
  return (
    <ChangeButton
      label={say('cancel.do')}
      done={say('cancel.done')}
      confirm={{
        title: say('cancel.title', named),
        text: <p>{say('cancel.text')}</p>,
        leave: say('cancel.leave'),
      }}
      address={`/api/runs/${encodeURIComponent(run.workflow_id)}/cancel`}
    />
  )
}

function RunAgain({ pipeline }: { pipeline: string }) {
  const say = useWords(RUN_WORDS)
  const start = useChange<{ run_id: string }>()
  const mayChange = useMayChange()
  if (!mayChange) return null
  return (
    <span className="changing">
      <button
        type="button"
        aria-disabled={start.isPending}
        title={say('again.help')}
        onClick={() => {
          if (!start.isPending) start.mutate({ address: `/api/pipelines/${pipeline}/runs` })
        }}
      >
        {say('again.do')}
      </button>
      <span role="status">
        {start.data && (
          <>
            {say('collect.started')}{' '}
            <Link to={`/runs/${encodeURIComponent(start.data.run_id)}`}>{say('collect.follow')}</Link>
          </>
        )}
      </span>
      {start.error !== null && <Trouble error={start.error} />}
    </span>
  )
}
