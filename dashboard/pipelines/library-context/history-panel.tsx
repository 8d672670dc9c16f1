/** Stars or rank of a library, night by night. */
import { useMemo } from 'react'
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { linesOf, type SeriesPoint } from '../../chart/series.ts'
import { DATA } from './ranked.ts'
import { usePageWords } from './words/index.ts'

interface HistoryPanelProps {
  library: string
  domain: string | undefined
  value: 'stars' | 'rank'
}

interface Series {
  step_seconds: number | null
  points: SeriesPoint[]
}

/** Nights that are drawn one by one: more than five years. */
const MOST_NIGHTS = 2_000

export function HistoryPanel({ library, domain, value }: HistoryPanelProps) {
  const say = usePageWords()
  const query = useApi<Series>(`${DATA}/rankings/series`, {
    library,
    domain,
    value,
    by: 'domain',
    points: MOST_NIGHTS,
  })
  return (
    <Panel
      title={say(value === 'stars' ? 'overTime' : 'overTime.rank')}
      query={query}
      isEmpty={({ points }) => points.every(({ last }) => last === null)}
    >
      {(series) => <Drawn library={library} domain={domain} value={value} series={series} />}
    </Panel>
  )
}

function Drawn({ library, domain, value, series }: HistoryPanelProps & { series: Series }) {
  const say = usePageWords()
  const stepMs = series.step_seconds === null ? null : series.step_seconds * 1_000
  const lines = useMemo(() => linesOf(series.points, stepMs, library), [series, stepMs, library])
  const isRank = value === 'rank'
  return (
    <Chart
      title={`${library}: ${say(isRank ? 'overTime.rank' : 'overTime')}`}
      unit={say(isRank ? 'rank.unit' : 'stars.unit')}
      lines={lines}
      isDaily
      isRank={isRank}
      origin={{ set: 'library-context/rankings', where: { library, domain } }}
    />
  )
}
