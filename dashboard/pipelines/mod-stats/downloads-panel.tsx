/** Downloads of a mod over time, per platform, beside one another or stacked. */
import { useMemo } from 'react'
import { useApi } from '../../api.ts'
import { useNow } from '../../blocks/now.ts'
import { OptionButtons } from '../../blocks/option-buttons.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import type { Line } from '../../chart/series.ts'
import { stackable, trendOf } from '../../chart/trend.ts'
import { firstDayOf } from '../../period.ts'
import { useReader } from '../../preferences.tsx'
import { DATA, modName, type Mod } from './rows.ts'
import { dailyLines, hasValue, MOST_DAYS, type DailySeries } from './series.ts'
import { STYLES, type ModPanelProps, type ModsView } from './view.ts'
import { usePageWords } from './words/index.ts'

export function DownloadsPanel({ mod, view, change }: ModPanelProps) {
  const say = usePageWords()
  const now = useNow()
  const query = useApi<DailySeries>(`${DATA}/daily-stats/series`, {
    mod: mod.mod,
    value: 'total_downloads',
    by: 'platform',
    from: firstDayOf(view.days, now),
    points: MOST_DAYS,
  })
  const styles = (
    <OptionButtons
      label={say('style')}
      options={STYLES.map((style) => [style, say(`style.${style}`)])}
      value={view.style}
      choose={(style) => {
        change({ style })
      }}
    />
  )
  return (
    <Panel
      title={say('overTime')}
      query={query}
      actions={styles}
      isEmpty={(series) => !hasValue(series)}
      empty={say('overTime.none')}
    >
      {(series) => <Downloads mod={mod} series={series} as={view.style} />}
    </Panel>
  )
}

function Downloads({ mod, series, as }: { mod: Mod; series: DailySeries; as: ModsView['style'] }) {
  const say = usePageWords()
  const { language } = useReader()
  const measured = useMemo(() => dailyLines(series), [series])
  const trends = useMemo(
    () =>
      measured.flatMap(({ name, points }) => {
        const trend = trendOf(points)
        return trend === undefined ? [] : [{ name, ...trend }]
      }),
    [measured],
  )
  const lines = useMemo(() => {
    if (as === 'stacked') return stackable(measured)
    const drawn = trends.map(({ name, points }): Line => ({
      name: say('trend', { name }),
      points,
      isComputed: true,
    }))
    return [...measured, ...drawn]
    // The words change with the language alone.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [measured, trends, as, language])
  return (
    <>
      <Chart
        title={`${modName(mod)}: ${say('overTime')}`}
        unit={say('downloads.unit')}
        lines={lines}
        kind={as === 'stacked' ? 'stacked' : 'line'}
        isDaily
        origin={{ set: 'mod-stats/daily-stats', where: { mod: mod.mod } }}
      />
      <ul className="plain soft">
        {trends.map(({ name, perDay }) => (
          <li key={name}>{say('trend.text', { name, n: Number(perDay.toPrecision(3)) })}</li>
        ))}
      </ul>
    </>
  )
}
