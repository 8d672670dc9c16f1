/** Runs: collect now, all that is being tried again at this moment, and every run there was. */
import { useApi } from '../../api.ts'
import { useWords } from '../../preferences.tsx'
import { CollectNow } from './collect-now.tsx'
import { RetryingPanel } from './retrying.tsx'
import { RunList } from './run-list.tsx'
import type { PipelineEntry } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

export default function RunsPage() {
  const say = useWords(RUN_WORDS)
  const pipelines = useApi<{ pipelines: PipelineEntry[] }>('/api/pipelines')
  return (
    <>
      <h1>{say('title')}</h1>
      <CollectNow query={pipelines} />
      <RetryingPanel />
      <RunList pipelines={pipelines.data?.pipelines.map(({ id }) => id) ?? []} />
    </>
  )
}
