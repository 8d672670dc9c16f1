/** All mods as a table that is searched: there may be thousands. A single one is shown at once. */
import { useAllRows } from '../../all-rows.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Figures } from '../../blocks/figures.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useReader } from '../../preferences.tsx'
import { ModView } from './mod-view.tsx'
import { DATA, modName, sumKnown, type Mod } from './rows.ts'
import type { ChangeMods, ModsView } from './view.ts'
import { usePageWords } from './words/index.ts'

export function ModList({ view, change }: { view: ModsView; change: ChangeMods }) {
  const say = usePageWords()
  const query = useAllRows<Mod>(`${DATA}/mods`)
  const [only, ...others] = query.data ?? []
  if (only !== undefined && others.length === 0) return <ModView mod={only} view={view} change={change} />
  return (
    <>
      <h1>{say('title')}</h1>
      <p className="intro">{say('intro')}</p>
      {query.data !== undefined && query.data.length > 0 && <Totals mods={query.data} />}
      <Panel title={say('list')} query={query} isEmpty={(mods) => mods.length === 0} empty={say('none')}>
        {(mods) => <ModTable mods={mods} />}
      </Panel>
    </>
  )
}

function Totals({ mods }: { mods: readonly Mod[] }) {
  const say = usePageWords()
  const { format } = useReader()
  const written = (value: number | null) => (value === null ? '–' : format.number(value))
  return (
    <Figures
      figures={[
        { title: say('title'), value: format.number(mods.length) },
        {
          title: say('downloads'),
          value: written(sumKnown(mods.map(({ downloads }) => downloads))),
          note: say('downloads.both'),
        },
        { title: say('week'), value: written(sumKnown(mods.map(({ gained_in_week }) => gained_in_week))) },
      ]}
    />
  )
}

function ModTable({ mods }: { mods: readonly Mod[] }) {
  const say = usePageWords()
  const { format } = useReader()
  const number = (
    key: keyof Mod &
      ('downloads' | 'gained_in_week' | 'modrinth_downloads' | 'curseforge_downloads' | 'followers'),
    title: string,
  ): TableColumn<Mod> => ({
    key,
    title,
    isNumber: true,
    value: (mod) => mod[key],
  })
  const columns: TableColumn<Mod>[] = [
    {
      key: 'mod',
      title: say('mod'),
      value: modName,
      render: (mod) => (
        <span className="cell">
          <ViewLink change={{ mod: mod.mod }}>{modName(mod)}</ViewLink>
          {!mod.tracked && <span className="soft"> ({say('untracked.short')})</span>}
        </span>
      ),
    },
    number('downloads', say('downloads')),
    number('gained_in_week', say('week')),
    number('modrinth_downloads', 'Modrinth'),
    number('curseforge_downloads', 'CurseForge'),
    number('followers', say('followers')),
    {
      key: 'newest',
      title: say('newest'),
      value: ({ newest_day }) => newest_day,
      render: ({ newest_day }) => (newest_day === null ? '–' : format.day(newest_day)),
    },
  ]
  return (
    <DataTable
      caption={say('list')}
      columns={columns}
      rows={mods}
      rowKey={({ mod }) => mod}
      sorting={{ key: 'downloads', isDescending: true }}
      file={() => 'mods'}
    />
  )
}
