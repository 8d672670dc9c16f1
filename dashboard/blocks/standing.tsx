/** How a pipeline stands, wherever it is shown: how fresh its data is, and how sound its stored rows are. */
import type { PipelineList } from '../../api/pipelines/list.ts'
import { useReader, useSharedWords } from '../preferences.tsx'
import { Age } from './age.tsx'

type PipelineJson = PipelineList['pipelines'][number]

/** How old the newest data of each source is, of those that are too old; or that none is. If that lasts, the watch tells. */
export function Fresh({ fresh }: Pick<PipelineJson, 'fresh'>) {
  const say = useSharedWords()
  const { format } = useReader()
  if (fresh === null) return <>{say('schedule.unknown')}</>
  const known = fresh.filter(({ newest_at }) => newest_at !== null)
  if (known.length === 0) return <>{say('overview.noRows')}</>
  const old = known.filter(({ is_fresh }) => is_fresh === false)
  if (old.length === 0) return <>{say('overview.isFresh')}</>
  return old.map(({ source, newest_at, allowed_ms }) => (
    <div key={source}>
      {say('overview.isOld', { source, most: format.duration(allowed_ms) })} <Age at={newest_at ?? ''} />
    </div>
  ))
}

/** How many checks of its stored rows passed; what the others found is a reason of the run that made them. */
export function Sound({ sound, hasRecords }: Pick<PipelineJson, 'sound'> & { hasRecords: boolean }) {
  const say = useSharedWords()
  if (!hasRecords) return <>{say('schedule.unknown')}</>
  if (sound === null) return <>{say('overview.unchecked')}</>
  const { checks, broken, checked_at } = sound
  return (
    <>
      {broken.length === 0
        ? say('overview.isSound', { n: checks })
        : say('overview.isUnsound', { n: broken.length, checks })}
      , <Age at={checked_at} />
    </>
  )
}
