/** Downloads of one version or one modpack over time. */
import { useMemo } from 'react'
import { useApi, type Parameters } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { DATA } from './rows.ts'
import { dailyLines, MOST_DAYS, type DailySeries } from './series.ts'
import { usePageWords } from './words/index.ts'

interface OneOverTimeProps {
  title: string
  set: 'version-stats' | 'modpack-stats'
  selection: Parameters
  close: () => void
}

export function OneOverTime({ title, set, selection, close }: OneOverTimeProps) {
  const say = usePageWords()
  const query = useApi<DailySeries>(`${DATA}/${set}/series`, {
    ...selection,
    value: 'downloads',
    points: MOST_DAYS,
  })
  const closing = (
    <button type="button" onClick={close}>
      {say('close')}
    </button>
  )
  return (
    <Panel title={title} query={query} actions={closing} isEmpty={({ points }) => points.length === 0}>
      {(series) => <Drawn title={title} series={series} />}
    </Panel>
  )
}

function Drawn({ title, series }: { title: string; series: DailySeries }) {
  const say = usePageWords()
  const name = say('downloads')
  const lines = useMemo(() => dailyLines(series, name), [series, name])
  return <Chart title={title} unit={say('downloads.unit')} lines={lines} isDaily />
}
