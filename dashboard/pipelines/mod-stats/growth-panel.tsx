/** What a mod gains a day, per platform. */
import { useMemo } from 'react'
import { useApi } from '../../api.ts'
import { useNow } from '../../blocks/now.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { firstDayOf } from '../../period.ts'
import { DATA, modName, type Mod } from './rows.ts'
import { dailyLines, hasValue, MOST_DAYS, type DailySeries } from './series.ts'
import type { ModsView } from './view.ts'
import { usePageWords } from './words/index.ts'

export function GrowthPanel({ mod, view }: { mod: Mod; view: ModsView }) {
  const say = usePageWords()
  const now = useNow()
  const query = useApi<DailySeries>(`${DATA}/daily-growth/series`, {
    mod: mod.mod,
    value: 'growth_per_day',
    by: 'platform',
    from: firstDayOf(view.days, now),
    points: MOST_DAYS,
  })
  return (
    <Panel
      title={say('growth')}
      query={query}
      isEmpty={(series) => !hasValue(series)}
      empty={say('growth.none')}
    >
      {(series) => <Growth mod={mod} series={series} />}
    </Panel>
  )
}

function Growth({ mod, series }: { mod: Mod; series: DailySeries }) {
  const say = usePageWords()
  const lines = useMemo(() => dailyLines(series), [series])
  return (
    <>
      <Chart
        title={`${modName(mod)}: ${say('growth')}`}
        unit={say('growth.unit')}
        lines={lines}
        kind="bars"
        isDaily
        origin={{ set: 'mod-stats/daily-stats', where: { mod: mod.mod } }}
      />
      <p className="soft">{say('growth.note')}</p>
    </>
  )
}
