/** Why a library has no context, and when it is tried again. */
import { Age } from '../../blocks/age.tsx'
import { useReader } from '../../preferences.tsx'
import { contextState, type Ranked } from './ranked.ts'
import { usePageWords } from './words/index.ts'

export function WithoutContext({ row }: { row: Ranked }) {
  const say = usePageWords()
  const { format } = useReader()
  const { tried_at, next_try_at } = row
  const state = contextState(row)
  const reason = state === 'titleOnly' || state === 'failed' ? row.attempt_reason : row.state_reason
  return (
    <section className="panel">
      <h2>{say('why')}</h2>
      <p>{say(`state.${state}`)}</p>
      <dl className="tried">
        {reason !== null && (
          <>
            <dt>{say('said')}</dt>
            <dd lang="en">{reason}</dd>
          </>
        )}
        {tried_at !== null && (
          <>
            <dt>{say('tried')}</dt>
            <dd>
              {format.moment(tried_at)} (<Age at={tried_at} />)
            </dd>
            <dt>{say('next')}</dt>
            <dd>{next_try_at === null ? say('next.run') : format.moment(next_try_at)}</dd>
          </>
        )}
      </dl>
    </section>
  )
}
