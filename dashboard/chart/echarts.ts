/** The parts of ECharts that are drawn with: a file of its own, loaded with the first chart. */
import { BarChart, CandlestickChart, LineChart } from 'echarts/charts'
import { DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use as register } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { seenValues } from './seen.ts'

register([
  BarChart,
  CandlestickChart,
  LineChart,
  DataZoomComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
  ({ registerProcessor, PRIORITY }) => {
    // After the zoom. Its own sampling loses gaps, and the extremes beside them.
    for (const seriesType of ['line', 'bar'])
      registerProcessor(PRIORITY.PROCESSOR.STATISTIC, {
        seriesType,
        reset(series) {
          const data = series.getData()
          const axis = series.coordinateSystem.getBaseAxis?.()
          if (axis === undefined) return
          const [left, right] = axis.getExtent()
          const frame = Math.ceil(data.count() / Math.abs(right - left))
          if (frame < 2) return
          const store = data.getStore()
          const value = data.getDimensionIndex(data.mapDimension('y'))
          const valueAt = (at: number) => store.get(value, at) as number
          const seen = seenValues(data.count(), valueAt, frame, seriesType === 'bar')
          data.filterSelf((at: number) => seen[at] === 1)
        },
      })
  },
])

export { init }
