/** The modpacks that contain a mod: searched, sorted, taken away, and the downloads of one over time. */
import { useMemo } from 'react'
import { useAllRows } from '../../all-rows.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Figures } from '../../blocks/figures.tsx'
import { OutsideLink } from '../../blocks/outside-link.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Empty } from '../../blocks/states.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useReader } from '../../preferences.tsx'
import { OneOverTime } from './one-over-time.tsx'
import { addedOn, DATA, firstKnown, knownSince, modName, sumKnown, type Mod, type Modpack } from './rows.ts'
import type { ModPanelProps } from './view.ts'
import { usePageWords } from './words/index.ts'

/** Modpacks on a page of the table. */
const PAGE_ROWS = 15

export function ModpacksPanel({ mod, view, change }: ModPanelProps) {
  const say = usePageWords()
  const query = useAllRows<Modpack>(`${DATA}/modpacks`, { mod: mod.mod })
  const isFiltered = view.stats === 'yes'
  const chosen = query.data?.find(({ slug }) => slug === view.pack)
  const filter = (
    <label className="check">
      <input
        type="checkbox"
        checked={isFiltered}
        onChange={({ target }) => {
          change({ stats: target.checked ? 'yes' : undefined })
        }}
      />
      {say('packs.only')}
    </label>
  )
  return (
    <>
      <Panel
        title={say('packs')}
        query={query}
        actions={filter}
        isEmpty={(packs) => packs.length === 0}
        empty={say('packs.none')}
      >
        {(packs) => <Modpacks mod={mod} packs={packs} isFiltered={isFiltered} />}
      </Panel>
      {chosen && (
        <OneOverTime
          title={say('pack.time', { name: chosen.name })}
          set="modpack-stats"
          selection={{ mod: mod.mod, modpack_slug: chosen.slug }}
          close={() => {
            change({ pack: undefined })
          }}
        />
      )}
    </>
  )
}

interface ModpacksProps {
  mod: Mod
  packs: readonly Modpack[]
  isFiltered: boolean
}

function Modpacks({ mod, packs, isFiltered }: ModpacksProps) {
  const say = usePageWords()
  const { format } = useReader()
  const withStats = useMemo(
    () => packs.filter(({ downloads }) => downloads !== null && downloads > 0),
    [packs],
  )
  const sum = sumKnown(withStats.map(({ downloads }) => downloads))
  const ids = packs.filter(({ curseforge_id }) => curseforge_id !== null).length
  const shown = isFiltered ? withStats : packs
  return (
    <>
      <Figures
        figures={[
          { title: say('packs.all'), value: format.number(packs.length) },
          { title: say('packs.with'), value: format.number(withStats.length) },
          { title: say('packs.sum'), value: sum === null ? '–' : format.number(sum) },
          { title: say('packs.ids'), value: format.percent(ids / packs.length) },
        ]}
      />
      {shown.length === 0 ? (
        <Empty>{say('packs.noneWithStats')}</Empty>
      ) : (
        <ModpackTable mod={mod} packs={shown} first={firstKnown(packs)} />
      )}
    </>
  )
}

interface ModpackTableProps {
  mod: Mod
  packs: readonly Modpack[]
  /** The first day on which any modpack of the mod was known. */
  first: string | undefined
}

function ModpackTable({ mod, packs, first }: ModpackTableProps) {
  const say = usePageWords()
  const { format } = useReader()
  const columns: TableColumn<Modpack>[] = [
    {
      key: 'name',
      title: say('pack'),
      value: ({ name }) => name,
      render: ({ name, slug }) => (
        <span className="cell">
          <ViewLink change={{ pack: slug }} isSamePlace>
            {name}
          </ViewLink>
        </span>
      ),
    },
    {
      key: 'id',
      title: say('pack.id'),
      isNumber: true,
      value: ({ curseforge_id }) => curseforge_id,
      // An id is no quantity: its digits are not grouped.
      render: ({ curseforge_id }) => curseforge_id ?? '–',
    },
    { key: 'downloads', title: say('downloads'), isNumber: true, value: ({ downloads }) => downloads },
    {
      key: 'since',
      title: say('pack.since'),
      help: say('pack.sinceHelp'),
      isNumber: true,
      value: ({ since_added }) => since_added,
      render: ({ since_added }) => (since_added === null ? '–' : signed(format.locale).format(since_added)),
    },
    {
      key: 'added',
      title: say('pack.added'),
      help: say('pack.addedHelp'),
      value: (pack) => addedOn(pack, first),
      render: (pack) => {
        const day = knownSince(pack)
        return day === first ? say('pack.before', { day: format.day(day) }) : format.day(day)
      },
    },
    {
      key: 'link',
      title: say('pack.link'),
      value: ({ link }) => link,
      render: ({ link }) => (link === null ? '–' : <OutsideLink to={link}>{say('pack.open')}</OutsideLink>),
    },
  ]
  return (
    <DataTable
      caption={say('packs')}
      columns={columns}
      rows={packs}
      rowKey={({ slug }) => slug}
      pageRows={PAGE_ROWS}
      sorting={{ key: 'downloads', isDescending: true }}
      file={() => `modpacks-${modName(mod)}-${new Date().toISOString().slice(0, 10)}`}
    />
  )
}

const signed = (locale: string) => new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' })
