/** Says on the page of a pipeline that it is off: without it, its page would promise rows that nobody collects. */
import { useRouterState } from '@tanstack/react-router'
import type { PipelineList } from '../../api/pipelines/list.ts'
import { useApi } from '../api.ts'
import { PIPELINE_PAGES } from '../pipelines/index.ts'
import { useSharedWords } from '../preferences.tsx'

/** Nothing on other pages. */
export function OffNote() {
  const id = useRouterState({ select: ({ location }) => location.pathname.slice(1) })
  return id in PIPELINE_PAGES ? <OffNoteOf id={id} /> : null
}

function OffNoteOf({ id }: { id: string }) {
  const say = useSharedWords()
  const pipelines = useApi<PipelineList>('/api/pipelines').data?.pipelines
  const isOff = pipelines?.some((one) => one.id === id && !one.enabled) ?? false
  return isOff ? <p className="stale">{say('pipeline.off', { key: id })}</p> : null
}
