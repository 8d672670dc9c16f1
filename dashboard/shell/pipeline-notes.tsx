/** Says above the page of a pipeline what its rows cannot say: that it is off, or that a setting is missing. */
import { useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { PipelineList } from '../../api/pipelines/list.ts'
import { useApi } from '../api.ts'
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
  const pipeline = useApi<PipelineList>('/api/pipelines').data?.pipelines.find((one) => one.id === id)
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
      {children}
    </OffPipeline>
  )
}
