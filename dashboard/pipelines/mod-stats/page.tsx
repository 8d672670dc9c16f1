/** Mods: a table of all of them, and each one's own view. */
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useView } from '../../view.ts'
import { ModList } from './mod-list.tsx'
import { ModView } from './mod-view.tsx'
import { DATA, type Mod } from './rows.ts'
import { modsView, type ChangeMods, type ModsView } from './view.ts'
import { usePageWords } from './words/index.ts'

export default function ModsPage() {
  const [view, change] = useView(modsView)
  return view.mod === undefined ? (
    <ModList view={view} change={change} />
  ) : (
    <ChosenMod key={view.mod} name={view.mod} view={view} change={change} />
  )
}

function ChosenMod({ name, view, change }: { name: string; view: ModsView; change: ChangeMods }) {
  const say = usePageWords()
  const query = useApi<{ rows: Mod[] }>(`${DATA}/mods`, { mod: name })
  const mod = query.data?.rows[0]
  const back = (
    <ViewLink change={{ mod: undefined, version: undefined, pack: undefined }}>← {say('list')}</ViewLink>
  )
  return (
    <>
      <p>{back}</p>
      {mod === undefined ? (
        <Panel title={name} query={query} isEmpty={({ rows }) => rows.length === 0} empty={say('gone')}>
          {() => null}
        </Panel>
      ) : (
        <ModView mod={mod} view={view} change={change} />
      )}
    </>
  )
}
