/** Matches: those on show now, how others ended and who says so, and the life of one. */
import { useAllRows } from '../../all-rows.ts'
import { useView } from '../../view.ts'
import { Leagues, type League } from './leagues.tsx'
import { LiveTable } from './live-table.tsx'
import { DATA } from './match.ts'
import { OneMatch } from './one-match.tsx'
import { Results } from './results.tsx'
import { matchView } from './view.ts'
import { useMatchWords } from './words/index.ts'
import './style.css'

export default function MatchesPage() {
  const say = useMatchWords()
  const [view, change] = useView(matchView)
  const leagues = useAllRows<League>(`${DATA}/leagues`)
  const { event, feed } = view
  return (
    <>
      <h1>{say('title')}</h1>
      {event !== undefined && feed !== undefined && (
        <OneMatch
          key={feed + event}
          event={event}
          feed={feed}
          close={() => {
            change({ event: undefined, feed: undefined })
          }}
        />
      )}
      <LiveTable />
      <Results view={view} change={change} leagues={leagues.data ?? []} />
      <Leagues query={leagues} />
    </>
  )
}
