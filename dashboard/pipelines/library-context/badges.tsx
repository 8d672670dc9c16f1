/** Small signs in the ranking: how a place changed, whether there is a context. */
import { contextState, type RankChange, type Ranked } from './ranked.ts'
import { usePageWords } from './words/index.ts'

export function Change({ change }: { change: RankChange }) {
  const say = usePageWords()
  const values = 'places' in change ? { places: change.places } : {}
  return (
    <span className={`change ${change.kind}`}>
      <span aria-hidden="true">{say(`change.${change.kind}`, values)}</span>
      <span className="unseen">{say(`change.${change.kind}.label`, values)}</span>
    </span>
  )
}

export function ContextBadge({ row }: { row: Pick<Ranked, 'file' | 'state' | 'last_attempt'> }) {
  const say = usePageWords()
  const state = contextState(row)
  const isThere = state === 'there'
  return (
    <span className={isThere ? 'outcome complete' : 'outcome'} title={say(`state.${state}`)}>
      {say(isThere ? 'badge.there' : 'badge.none')}
    </span>
  )
}
