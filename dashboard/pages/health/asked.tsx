/** How an upstream answered in the last day: calls, those that failed by status, and how long they took. */
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { HEALTH_WORDS } from './words/index.ts'

export function Asked({ asked }: Pick<Upstream, 'asked'>) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const { calls, failed, retries, statuses } = asked
  if (calls === 0) return '–'
  const seconds = (bound: number | null) =>
    bound === null ? say('asked.beyond') : say('asked.seconds', { seconds: format.number(bound) })
  return (
    <>
      <div>{say('asked.calls', { n: calls })}</div>
      {failed > 0 && (
        <div className="failure">
          {say('asked.failed', { n: failed, percent: format.percent(failed / calls) })}{' '}
          <span lang="en">
            {statuses.map(({ status, calls: n }) => `${status}: ${format.number(n)}`).join(', ')}
          </span>
        </div>
      )}
      {retries > 0 && <div>{say('asked.retries', { n: retries })}</div>}
      <div>
        {say('asked.within', {
          half: seconds(asked.half_within_seconds),
          most: seconds(asked.most_within_seconds),
        })}
      </div>
    </>
  )
}
