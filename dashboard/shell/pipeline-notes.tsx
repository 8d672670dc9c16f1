/** Says above the page of a pipeline what its rows cannot say: how it stands, that it is off, or that a setting is missing. */
import { Link, useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { PipelineList } from '../../api/pipelines/list.ts'
import { useApi } from '../api.ts'
import { Age } from '../blocks/age.tsx'
import { Outcome } from '../blocks/outcome.tsx'
import { outcomeOf } from '../blocks/outcomes.ts'
import { Fresh, Sound } from '../blocks/standing.tsx'
import { PIPELINE_PAGES } from '../pipelines/index.ts'
import { OffPipeline } from '../pipelines/off.ts'
import { useSharedWords } from '../preferences.tsx'

/** Around the page; nothing above other pages. */
export function PipelineNotes({ children }: { children: ReactNode }) {
  const id = useRouterState({ select: ({ location }) => location.pathname.slice(1) })
  return id in PIPELINE_PAGES ? <NotesOf id={id}>{children}</NotesOf> : children
}

function NotesOf({ id, children }: { id: string; children: ReactNode }) {
  const say = useSharedWords()
  const list = useApi<PipelineList>('/api/pipelines').data
  const pipeline = list?.pipelines.find((one) => one.id === id)
  const isOff = pipeline?.enabled === false
  return (
    <OffPipeline value={isOff ? id : undefined}>
      {isOff && <p className="stale">{say('pipeline.off', { key: id })}</p>}
      {pipeline?.enabled === true &&
        pipeline.missing.map((why) => (
          <p key={why} className="stale">
            {why}
          </p>
        ))}
      {pipeline?.enabled === true && <Standing pipeline={pipeline} away={list?.away ?? []} />}
      {children}
    </OffPipeline>
  )
}

interface StandingProps {
  pipeline: PipelineList['pipelines'][number]
  away: PipelineList['away']
}

/** How its last run ended, how fresh its data is and how sound its rows are. */
function Standing({ pipeline: { last_run: last, fresh, sound }, away }: StandingProps) {
  const say = useSharedWords()
  const hasRecords = away.every(({ server }) => server !== 'database')
  return (
    <dl className="standing">
      <div>
        <dt>{say('overview.ran')}</dt>
        <dd>
          {!hasRecords && say('schedule.unknown')}
          {hasRecords && last === null && say('overview.waiting')}
          {last !== null && (
            <>
              <Outcome outcome={outcomeOf(last)} />{' '}
              <Link to={`/runs/${encodeURIComponent(last.run_id)}`}>
                <Age at={last.finished_at ?? last.started_at} />
              </Link>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>{say('overview.fresh')}</dt>
        <dd>
          <Fresh fresh={fresh} />
        </dd>
      </div>
      <div>
        <dt>{say('overview.sound')}</dt>
        <dd>
          <Sound sound={sound} hasRecords={hasRecords} />
        </dd>
      </div>
    </dl>
  )
}
