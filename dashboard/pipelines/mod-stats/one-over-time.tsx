/** Downloads of one version or one modpack over time. */
import { useMemo } from 'react'
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import type { Origin } from '../../chart/origin.ts'
import { DATA } from './rows.ts'
import { dailyLines, MOST_DAYS, type DailySeries } from './series.ts'
import { usePageWords } from './words/index.ts'

interface OneOverTimeProps {
  title: string
  set: 'version-stats' | 'modpack-stats'
  selection: Record<string, string>
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
      {(series) => (
        <Drawn title={title} series={series} origin={{ set: `mod-stats/${set}`, where: selection }} />
      )}
    </Panel>
  )
}

function Drawn({ title, series, origin }: { title: string; series: DailySeries; origin: Origin }) {
  const say = usePageWords()
  const name = say('downloads')
  const lines = useMemo(() => dailyLines(series, name), [series, name])
  return <Chart title={title} unit={say('downloads.unit')} lines={lines} isDaily origin={origin} />
}
