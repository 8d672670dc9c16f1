/** One library: its place and stars over time, and its context or why it has none. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Figures } from '../../blocks/figures.tsx'
import { OutsideLink } from '../../blocks/outside-link.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useReader } from '../../preferences.tsx'
import { Change } from './badges.tsx'
import { ContextPanel } from './context-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { changeOf, type Ranked } from './ranked.ts'
import { usePageWords } from './words/index.ts'
import { WithoutContext } from './without-context.tsx'

interface LibraryViewProps {
  query: UseQueryResult<Ranked[]>
  library: string
  domain: string | undefined
}

export function LibraryView({ query, library, domain }: LibraryViewProps) {
  const say = usePageWords()
  const rows = query.data?.filter((row) => row.library === library) ?? []
  const row = rows.find((one) => one.domain === domain) ?? rows[0]
  return (
    <>
      <p>
        <ViewLink change={{ library: undefined }}>← {say('back')}</ViewLink>
      </p>
      <h1>{row?.name ?? library}</h1>
      {row === undefined ? (
        <Panel title={say('title')} query={query} isEmpty={() => true} empty={say('left')}>
          {() => null}
        </Panel>
      ) : (
        <Place row={row} />
      )}
      <HistoryPanel library={library} domain={row?.domain ?? domain} value="stars" />
      <HistoryPanel library={library} domain={row?.domain ?? domain} value="rank" />
      {row !== undefined &&
        (row.file === null ? <WithoutContext row={row} /> : <ContextPanel row={row} file={row.file} />)}
    </>
  )
}

function Place({ row }: { row: Ranked }) {
  const say = usePageWords()
  const { format } = useReader()
  const path = row.library.split('/').map(encodeURIComponent).join('/')
  return (
    <>
      <p className="links">
        <OutsideLink to={`https://github.com/${path}`}>{say('github')}</OutsideLink>
      </p>
      <Figures
        figures={[
          { title: say('rank'), value: format.number(row.rank), note: row.domain },
          {
            title: say('change'),
            value: <Change change={changeOf(row)} />,
            note:
              row.compared_with === null
                ? say('list.early')
                : say('list.week', { day: format.day(row.compared_with) }),
          },
          { title: say('stars'), value: row.stars === null ? '–' : format.number(row.stars) },
        ]}
      />
    </>
  )
}
