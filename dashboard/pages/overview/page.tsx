/** In five seconds: whether all is well. What is wrong stands first, with its cause and what to do. */
import type { PipelineList } from '../../../api/pipelines/list.ts'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { Loading, Trouble } from '../../blocks/states.tsx'
import { useSharedWords } from '../../preferences.tsx'
import { PipelineCard } from './card.tsx'
import { inTrouble, worstFirst } from './state.ts'

export default function OverviewPage() {
  const say = useSharedWords()
  const query = useApi<PipelineList>('/api/pipelines')
  const { data, error } = query
  const retry = () => {
    void query.refetch()
  }
  return (
    <>
      <h1>{say('nav.overview')}</h1>
      {data === undefined && error === null && <Loading />}
      {error !== null && <Trouble error={error} retry={retry} />}
      {data !== undefined && (
        <>
          <Verdict {...data} readAt={query.dataUpdatedAt} />
          <div className="cards wide">
            {worstFirst(data.pipelines).map((pipeline) => (
              <PipelineCard key={pipeline.id} pipeline={pipeline} />
            ))}
          </div>
        </>
      )}
    </>
  )
}

/** Whether all is well, in one sentence; what is away with it. */
function Verdict({ pipelines, away, readAt }: PipelineList & { readAt: number }) {
  const say = useSharedWords()
  const troubled = inTrouble(pipelines).length
  const isNew = pipelines.every(({ last_run }) => last_run === null)
  const isWell = troubled === 0 && away.length === 0
  const sentence =
    troubled > 0 ? say('overview.trouble', { n: troubled }) : say(isNew ? 'overview.new' : 'overview.well')
  return (
    <div className={`verdict ${isWell ? 'well' : 'wrong'}`} role="status">
      {away.map(({ server, why }) => (
        <p key={server}>
          <strong>{say(`away.${server}`)}</strong> <span lang="en">{why}</span> <code>almanac doctor</code>
        </p>
      ))}
      {(isWell || troubled > 0) && (
        <p>
          <strong>
            <span aria-hidden="true">{isWell ? '✓' : '!'}</span> {sentence}
          </strong>
        </p>
      )}
      <span className="age">
        {say('panel.read')} <Age at={readAt} />
      </span>
    </div>
  )
}
