/** In five seconds: whether all is well. What is wrong stands first, with its cause and what to do. */
import type { PipelineList } from '../../../api/pipelines/list.ts'
import { Link } from '@tanstack/react-router'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { Loading, Trouble } from '../../blocks/states.tsx'
import { useSharedWords } from '../../preferences.tsx'
import { useRetries } from '../runs/retrying.tsx'
import type { Retry } from '../runs/shapes.ts'
import { PipelineCard } from './card.tsx'
import { inTrouble, worstFirst } from './state.ts'

export default function OverviewPage() {
  const say = useSharedWords()
  const query = useApi<PipelineList>('/api/pipelines')
  const retries = useRetries().data?.retrying ?? []
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
          <Verdict {...data} retries={retries} readAt={query.dataUpdatedAt} />
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
function Verdict({ pipelines, away, retries, readAt }: PipelineList & { retries: Retry[]; readAt: number }) {
  const say = useSharedWords()
  const troubled = inTrouble(pipelines).length
  const isNew = pipelines.every(({ last_run }) => last_run === null)
  const isWell = troubled === 0 && away.length === 0 && retries.length === 0
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
      {retries.length > 0 && <Retrying retries={retries} />}
      <span className="age">
        {say('panel.read')} <Age at={readAt} />
      </span>
    </div>
  )
}

/** What fails at this moment: how much, and why the step failed that is tried next. */
function Retrying({ retries }: { retries: Retry[] }) {
  const say = useSharedWords()
  const [next] = retries.toSorted((a, b) => (a.next_attempt_at ?? '').localeCompare(b.next_attempt_at ?? ''))
  return (
    <p>
      <strong>
        <span aria-hidden="true">!</span> {say('overview.retrying', { n: retries.length })}
      </strong>{' '}
      {next?.failure}{' '}
      {next?.next_attempt_at != null && (
        <>
          {say('overview.nextTry')} <Age at={next.next_attempt_at} />.
        </>
      )}{' '}
      <Link to="/runs">{say('overview.look')}</Link>
    </p>
  )
}
