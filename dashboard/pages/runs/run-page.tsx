/** A run: what fails in it first, then what it collected, what it did, and what it logged. */
import { Link, useParams } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Loading } from '../../blocks/states.tsx'
import { PIPELINE_PAGES } from '../../pipelines/index.ts'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { ChildrenPanel } from './children.tsx'
import { LogPanel } from './log-panel.tsx'
import { RefusedPanel } from './refused.tsx'
import { StepTrouble } from './retrying.tsx'
import { RunHead } from './run-head.tsx'
import type { RunDetails } from './shapes.ts'
import { SourcesPanel } from './sources.tsx'
import { isTroubled } from './steps.ts'
import { StepsPanel } from './steps-panel.tsx'
import { sumOf } from './sums.ts'
import { RUN_WORDS } from './words/index.ts'

/** Failing activities that are told one by one; the tables below have all, these first. */
const MOST_TROUBLES = 10

export default function RunPage() {
  const { id = '' }: { id?: string } = useParams({ strict: false })
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  const nameOf = usePipelineName()
  const query = useApi<{ run: RunDetails }>(`/api/runs/${encodeURIComponent(id)}`)
  const run = query.data?.run
  const title =
    run === undefined
      ? say('run.title')
      : say('run.titleOf', { pipeline: nameOf(run.pipeline), at: format.moment(run.started_at) })
  useEffect(() => {
    document.title = `${title} · Almanac`
  }, [title])
  return (
    <>
      <p>
        <Link to="/runs">← {say('run.all')}</Link>
      </p>
      <h1>{title}</h1>
      <Panel title={say('run.state')} query={query}>
        {({ run: shown }) => (
          <>
            <RunHead run={shown} />
            <Troubles run={shown} />
          </>
        )}
      </Panel>
      {run !== undefined && <Parts run={run} />}
    </>
  )
}

function Parts({ run }: { run: RunDetails }) {
  const Details = PIPELINE_PAGES[run.pipeline]?.RunDetails
  return (
    <>
      <SourcesPanel run={run} />
      {(sumOf(run, 'rejected') ?? 0) > 0 && <RefusedPanel runId={run.run_id} />}
      {run.children.length > 0 && <ChildrenPanel items={run.children} />}
      <StepsPanel steps={run.steps} />
      {Details !== undefined && Object.keys(run.details).length > 0 && (
        <Suspense fallback={<Loading />}>
          <Details details={run.details} />
        </Suspense>
      )}
      <LogPanel workflowId={run.workflow_id} />
    </>
  )
}

/** The failing activities of the run and of its children. */
function Troubles({ run }: { run: RunDetails }) {
  const say = useWords(RUN_WORDS)
  const own = run.steps.map((step) => ({ step, workflowId: run.workflow_id }))
  const children = run.children.flatMap(({ workflow_id, steps }) =>
    steps.map((step) => ({ step, workflowId: workflow_id })),
  )
  const troubled = [...own, ...children].filter(({ step }) => isTroubled(step))
  if (troubled.length === 0) return null
  return (
    <>
      <h3>{say('run.failing')}</h3>
      {run.finished_at === null && <p className="soft">{say('retry.limits')}</p>}
      <ul className="troubles">
        {troubled.slice(0, MOST_TROUBLES).map(({ step, workflowId }) => (
          <li key={`${workflowId} ${step.activity_id}`}>
            {workflowId !== run.workflow_id && <code>{workflowId}</code>}
            <StepTrouble step={step} workflowId={workflowId} />
          </li>
        ))}
      </ul>
      {troubled.length > MOST_TROUBLES && (
        <p>{say('run.moreFailing', { n: troubled.length - MOST_TROUBLES })}</p>
      )}
    </>
  )
}
