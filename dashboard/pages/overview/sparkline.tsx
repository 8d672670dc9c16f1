/** How the number that matters most of a pipeline has gone. */
import { useApi } from '../../api.ts'
import { useNow } from '../../blocks/now.ts'
import { SPARK, sparkOf } from '../../blocks/spark.ts'
import type { SeriesPoint } from '../../chart/series.ts'
import { firstDayOf } from '../../period.ts'
import type { SparkSource } from '../../pipelines/pipeline-page.ts'
import { useReader } from '../../preferences.tsx'

/** Nothing until there are two points. */
export function Sparkline({ source: { title, path, parameters, days, field } }: { source: SparkSource }) {
  const { format, language } = useReader()
  const from = firstDayOf(days, useNow())
  const query = useApi<{ points: SeriesPoint[] }>(path, { ...parameters, from })
  const line = sparkOf(query.data?.points ?? [], field)
  if (line === undefined) return null
  const label = line.name === '' ? title[language] : `${line.name}: ${title[language]}`
  return (
    <figure className="spark">
      <figcaption className="soft">
        {label} <strong>{format.number(line.told)}</strong>
      </figcaption>
      <svg viewBox={`0 -1 ${SPARK.width} ${SPARK.height + 2}`} preserveAspectRatio="none" aria-hidden="true">
        <polyline points={line.points} vectorEffect="non-scaling-stroke" />
      </svg>
    </figure>
  )
}
