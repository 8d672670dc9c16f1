/** Every data set: filtered, drawn, previewed page by page, exported, its columns explained. */
import type { DataSetList } from '../../../api/data/list.ts'
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { useSharedWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { ColumnHelp } from './columns.tsx'
import { DataSetChoice } from './data-set-choice.tsx'
import { Filters } from './filters.tsx'
import { Preview } from './preview.tsx'
import { SeriesPanel } from './series-panel.tsx'
import { dataView, nameOf, selectionOf } from './selection.ts'

export default function DataPage() {
  const say = useSharedWords()
  const list = useApi<DataSetList>('/api/data')
  const [view, change] = useView(dataView)
  const sets = list.data?.data_sets ?? []
  const set = sets.find((one) => nameOf(one) === view.set) ?? sets[0]
  const selection = set === undefined ? {} : selectionOf(set, view)
  return (
    <>
      <h1>{say('data.title')}</h1>
      <p className="intro">{say('data.intro')}</p>
      <Panel title={say('data.choose')} query={list} isEmpty={({ data_sets }) => data_sets.length === 0}>
        {() =>
          set && (
            <>
              <DataSetChoice
                sets={sets}
                chosen={set}
                choose={(chosen) => {
                  change(chosen)
                }}
              />
              <Filters
                key={JSON.stringify([set.address, selection])}
                set={set}
                selection={selection}
                apply={change}
              />
            </>
          )
        }
      </Panel>
      {set && <SeriesPanel set={set} selection={selection} view={view} change={change} />}
      {set && (
        <Preview
          set={set}
          selection={selection}
          page={view.page}
          open={(page) => {
            change({ page })
          }}
        />
      )}
      {set && <ColumnHelp set={set} />}
    </>
  )
}
