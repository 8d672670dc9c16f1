/** A column of a data set over time. */
import { useMemo } from 'react'
import { useApi, type Parameters } from '../../api.ts'
import { Choice } from '../../blocks/choice.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { linesOf, type SeriesPoint } from '../../chart/series.ts'
import { useReader, useSharedWords } from '../../preferences.tsx'
import {
  drawnColumns,
  filtersOf,
  isDailySet,
  nameOf,
  type DataColumn,
  type DataSetEntry,
  type DataView,
} from './selection.ts'

interface Series {
  step_seconds: number | null
  lines: number
  points: SeriesPoint[]
}

/** More lines than colours are not told apart. */
const MOST_LINES = 8

interface SeriesPanelProps {
  set: DataSetEntry
  selection: Parameters
  view: DataView
  change: (change: { value?: string; by?: string | undefined }) => void
}

export function SeriesPanel(props: SeriesPanelProps) {
  const columns = drawnColumns(props.set)
  const column = columns.find(({ name }) => name === props.view.value) ?? columns[0]
  return column === undefined ? null : <DrawnColumn {...props} columns={columns} column={column} />
}

interface DrawnColumnProps extends SeriesPanelProps {
  columns: readonly DataColumn[]
  column: DataColumn
}

function DrawnColumn({ set, selection, view, change, columns, column }: DrawnColumnProps) {
  const say = useSharedWords()
  const filters = set.columns.filter(({ is_filter, is_run }) => is_filter && !is_run).map(({ name }) => name)
  const open = filters.filter((name) => selection[name] === undefined)
  // One line through the rows of many names means little: what tells rows of one time apart makes the lines.
  const key = open.filter((name) => set.order.includes(name)).join(',')
  const choices = [...new Set([key, ...open])].filter((names) => names !== '')
  const by = view.by === '' ? undefined : (choices.find((names) => names === view.by) ?? choices[0])
  const query = useApi<Series>(`${set.address}/series`, { ...selection, value: column.name, by })
  const forms = (
    <>
      <Choice
        label={say('data.value')}
        options={columns.map(({ name }) => [name, name])}
        value={column.name}
        choose={(value) => {
          change({ value })
        }}
      />
      {choices.length > 0 && (
        <Choice
          label={say('data.by')}
          options={choices.map((names) => [names, names.replaceAll(',', ' · ')])}
          value={by ?? ''}
          choose={(names) => {
            change({ by: names })
          }}
        />
      )}
    </>
  )
  return (
    <Panel
      title={say('data.series')}
      query={query}
      actions={forms}
      isEmpty={({ points }) => points.every(({ last }) => last === null)}
      empty={say('data.noSeries')}
    >
      {(series) => <DrawnSeries set={set} column={column} series={series} selection={selection} />}
    </Panel>
  )
}

interface DrawnSeriesProps {
  set: DataSetEntry
  column: DataColumn
  series: Series
  selection: Parameters
}

function DrawnSeries({ set, column, series, selection }: DrawnSeriesProps) {
  const say = useSharedWords()
  const { format } = useReader()
  const stepMs = series.step_seconds === null ? null : series.step_seconds * 1_000
  const lines = useMemo(() => linesOf(series.points, stepMs, column.name), [series, stepMs, column.name])
  const shown = useMemo(() => lines.slice(0, MOST_LINES), [lines])
  return (
    <>
      <p className="soft">
        {column.meaning}
        {stepMs !== null && ` · ${say('data.last', { step: format.duration(stepMs) })}`}
      </p>
      {series.lines > shown.length && (
        <p className="soft">{say('data.lines', { shown: shown.length, n: series.lines })}</p>
      )}
      <Chart
        title={`${set.name} ${column.name}`}
        unit={column.unit ?? column.name}
        lines={shown}
        isDaily={isDailySet(set)}
        origin={{ set: nameOf(set), where: filtersOf(set, selection), stepMs }}
      />
    </>
  )
}
