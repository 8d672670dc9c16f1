/** Libraries: the ranking of each domain, and each library's own view. */
import { useAllRows } from '../../all-rows.ts'
import { useView } from '../../view.ts'
import { LibraryView } from './library-view.tsx'
import { DATA, type Ranked } from './ranked.ts'
import { Ranking } from './ranking.tsx'
import { librariesView } from './view.ts'

export default function LibrariesPage() {
  const [view, change] = useView(librariesView)
  const query = useAllRows<Ranked>(`${DATA}/leaderboard`)
  if (view.library === undefined)
    return (
      <Ranking
        query={query}
        domain={view.domain}
        choose={(domain) => {
          change({ domain })
        }}
      />
    )
  return <LibraryView key={view.library} query={query} library={view.library} domain={view.domain} />
}
