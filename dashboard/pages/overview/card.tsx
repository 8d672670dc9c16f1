/** A pipeline on the overview. */
import { Link } from '@tanstack/react-router'
import { useId, type ReactNode } from 'react'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { Outcome } from '../../blocks/outcome.tsx'
import { Fresh, Sound } from '../../blocks/standing.tsx'
import { PIPELINE_PAGES } from '../../pipelines/index.ts'
import { outcomeOf } from '../../blocks/outcomes.ts'
import { useReader, useCommand, useSharedWords } from '../../preferences.tsx'
import { newestRows, reasonsOf, standingOf, type Pipeline, type Run } from './state.ts'
import { Sparkline } from './sparkline.tsx'
import { RunStrip } from './strip.tsx'

/** Runs in the strip. */
const STRIP_RUNS = 30
/** More reasons than these are on the run's own page. */
const MOST_REASONS = 3

interface PipelineCardProps {
  pipeline: Pipeline
  /** Whether the records of runs could be read. */
  hasRecords: boolean
}

export function PipelineCard({ pipeline, hasRecords }: PipelineCardProps) {
  const say = useSharedWords()
  const heading = useId()
  const page = PIPELINE_PAGES[pipeline.id]
  const runs = useApi<{ runs: Run[] }>('/api/runs', { pipeline: pipeline.id, limit: STRIP_RUNS }).data?.runs
  const newest = runs === undefined ? undefined : newestRows(runs)
  return (
    <section className={`panel card ${standingOf(pipeline)}`} aria-labelledby={heading}>
      <h2 id={heading}>
        <PipelineName id={pipeline.id} />
      </h2>
      <p className="soft">{pipeline.summary}</p>
      {hasRecords || !pipeline.enabled ? <LastRun pipeline={pipeline} /> : <p>{say('overview.unknown')}</p>}
      {pipeline.enabled && (
        <dl>
          <dt>{say('overview.newest')}</dt>
          <dd>
            {newest !== undefined ? (
              <Age at={newest} />
            ) : (
              say(hasRecords ? 'overview.noRows' : 'schedule.unknown')
            )}
          </dd>
          <dt>{say('overview.fresh')}</dt>
          <dd>
            <Fresh fresh={pipeline.fresh} />
          </dd>
          <dt>{say('overview.sound')}</dt>
          <dd>
            <Sound sound={pipeline.sound} hasRecords={hasRecords} />
          </dd>
          <dt>{say('overview.next')}</dt>
          <dd>
            <NextStart pipeline={pipeline} />
          </dd>
        </dl>
      )}
      {page?.spark !== undefined && <Sparkline source={page.spark} />}
      {runs !== undefined && runs.length > 0 && <RunStrip runs={runs} />}
    </section>
  )
}

function PipelineName({ id }: { id: string }) {
  const { language } = useReader()
  const page = PIPELINE_PAGES[id]
  return page === undefined ? id : <Link to={`/${id}`}>{page.title[language]}</Link>
}

/** How the last run ended and why, or what happens if there was none. */
function LastRun({ pipeline }: { pipeline: Pipeline }) {
  const say = useSharedWords()
  const { last_run: last, open_run: open, enabled } = pipeline
  if (!enabled) return <p>{say('overview.off', { key: pipeline.id })}</p>
  return (
    <>
      <p className="last">
        {last !== null && (
          <>
            <Outcome outcome={outcomeOf(last)} />{' '}
            <RunLink run={last}>
              <Age at={last.finished_at ?? last.started_at} />
            </RunLink>
          </>
        )}
        {open !== null && (
          <>
            {' '}
            <Outcome outcome="running" />{' '}
            <RunLink run={open}>
              {say('overview.since')} <Age at={open.started_at} />
            </RunLink>
          </>
        )}
        {last === null && open === null && say('overview.waiting')}
      </p>
      {last !== null && last.outcome !== 'complete' && <Reasons run={last} />}
    </>
  )
}

/** The page of a run. */
function RunLink({ run, children }: { run: Run; children: ReactNode }) {
  return <Link to={`/runs/${encodeURIComponent(run.run_id)}`}>{children}</Link>
}

/** Why a run is not complete, and where all of it is told. */
function Reasons({ run }: { run: Run }) {
  const say = useSharedWords()
  const command = useCommand()
  const reasons = reasonsOf(run)
  if (reasons.length === 0) return null
  return (
    <div className="reasons">
      <ul>
        {reasons.slice(0, MOST_REASONS).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {reasons.length > MOST_REASONS && <p>{say('overview.more', { n: reasons.length - MOST_REASONS })}</p>}
      <p>
        <RunLink run={run}>{say('overview.look')}</RunLink>{' '}
        <code>{command(`show ${run.run_id.slice(0, 8)}`)}</code>
      </p>
    </div>
  )
}

function NextStart({ pipeline: { schedule, enabled } }: { pipeline: Pipeline }) {
  const say = useSharedWords()
  if (!enabled) return <>{say('overview.never')}</>
  if (schedule.next_start !== null && schedule.state === 'active') return <Age at={schedule.next_start} />
  return (
    <>
      {say(`schedule.${schedule.state}`)}
      {schedule.state !== 'unknown' && schedule.note !== '' && ` – ${schedule.note}`}
    </>
  )
}
