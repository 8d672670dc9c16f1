/** What ECharts is told: axes with their units and zone, lines, candlesticks, and the words of a tooltip. */
import type { BarSeriesOption, CandlestickSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { Format } from '../format.ts'
import type { Candle, Line } from './series.ts'

/** `stacked` shows the sum of its lines, which have to have the same times. */
export type ChartKind = 'line' | 'stacked' | 'bars'

/** Colours of the theme, as the style sheet has them. */
export interface Palette {
  text: string
  soft: string
  grid: string
  surface: string
  up: string
  down: string
  series: readonly string[]
}

export interface Drawing {
  kind: ChartKind
  lines: readonly Line[]
  candlesticks?: readonly Candle[] | undefined
  /** Names of the prices of a candle in its tooltip: open, close, low, high. */
  candleNames?: readonly string[]
  /** Values that are marked with a dashed line across the chart. */
  levels?: readonly number[] | undefined
  /** Both ends of the axis of values. Default: as the values need. */
  range?: readonly [number, number] | undefined
  /** Unit of the values, the title of their axis. */
  unit: string
  /** Name of the zone, the title of the time axis. */
  zone: string
  /** Whether times are whole UTC days. */
  isDaily: boolean
  /** Whether the smallest value stands at the top, as in a list. */
  isRank?: boolean
  /** Indexes of lines that are not shown. */
  hidden: ReadonlySet<number>
  /** Last line of each tooltip. Default: none. */
  hint?: string | undefined
}

type Series = LineSeriesOption | BarSeriesOption | CandlestickSeriesOption

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Up to this many points each is marked; on a phone more would hide their line. */
const MARKED_POINTS = 30
/** Up to this many points there is nothing to look closer at. */
const ZOOMED_POINTS = 30
/** Above this many points a line is thin: a wide one would fill what it goes up and down in. */
const MANY_POINTS = 2_000

/** Returns the options of a chart. */
export function optionsOf(drawing: Drawing, palette: Palette, format: Format): EChartsCoreOption {
  const { kind, unit, zone, isDaily } = drawing
  const label = { color: palette.soft, hideOverlap: true }
  const name = { nameTextStyle: { color: palette.soft } }
  const isZoomed = mostPoints(drawing) > ZOOMED_POINTS
  return {
    useUTC: isDaily || format.timeZone === 'UTC',
    // Still for those who asked for stillness, and quick for everybody else.
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    grid: {
      left: 8,
      right: 16,
      top: 34,
      bottom: isZoomed ? 64 : 36,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'time',
      name: zone,
      nameLocation: 'end',
      nameGap: 0,
      nameTextStyle: { color: palette.soft, verticalAlign: 'top', align: 'right', padding: [24, 0, 0, 0] },
      axisLabel: { ...label, formatter: ticksOf(isDaily, format) },
      // Below the values, not across them where they are negative.
      axisLine: { onZero: false, lineStyle: { color: palette.grid } },
      // Closer ticks would have the same label.
      minInterval: isDaily ? DAY_MS : MINUTE_MS,
    },
    yAxis: {
      type: 'value',
      name: unit,
      ...name,
      nameTextStyle: { color: palette.soft, align: 'left' },
      scale: kind === 'line',
      ...(drawing.isRank === true && {
        inverse: true,
        nameLocation: 'start',
        min: 1,
        max: lastRank,
        minInterval: 1,
      }),
      ...(drawing.range && { min: drawing.range[0], max: drawing.range[1] }),
      axisLabel: { ...label, formatter: (value: number) => format.compact(value) },
      splitLine: { lineStyle: { color: palette.grid } },
    },
    tooltip: {
      trigger: 'axis',
      // HTML would need inline styles, which the policy of the page refuses.
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.grid,
      textStyle: { color: palette.text, fontSize: 13 },
      formatter: (items: unknown) => tooltipOf(items as TooltipItem[], drawing, format),
    },
    dataZoom: isZoomed
      ? [
          { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
          {
            type: 'slider',
            height: 18,
            bottom: 8,
            brushSelect: false,
            textStyle: { color: palette.soft },
            borderColor: palette.grid,
            labelFormatter: (time: number) => (isDaily ? format.day(time) : format.clock(time)),
          },
        ]
      : [],
    series: [
      ...(drawing.candlesticks === undefined ? [] : [candleSeries(drawing.candlesticks, palette)]),
      ...drawing.lines.flatMap((line, at) =>
        drawing.hidden.has(at) ? [] : lineSeries(line, at, drawing, palette),
      ),
      ...(drawing.levels === undefined ? [] : [levelSeries(drawing.levels, palette)]),
    ],
  }
}

const mostPoints = ({ lines, candlesticks = [] }: Drawing): number =>
  Math.max(candlesticks.length, ...lines.map(({ points }) => points.length))

/** A list has more than its first place. */
const lastRank = ({ max }: { max: number }) => Math.max(2, max)

function candleSeries(candlesticks: readonly Candle[], { up, down }: Palette): CandlestickSeriesOption {
  return {
    type: 'candlestick',
    dimensions: ['time', 'open', 'close', 'lowest', 'highest'],
    data: flat(candlesticks.map(({ time, open, close, low, high }) => [time, open, close, low, high])),
    itemStyle: { color: up, borderColor: up, color0: down, borderColor0: down },
  }
}

function levelSeries(levels: readonly number[], { soft }: Palette): LineSeriesOption {
  return {
    type: 'line',
    data: [],
    // Above the lines, which may fill the whole chart.
    z: 5,
    markLine: {
      silent: true,
      symbol: 'none',
      label: { position: 'insideStartTop', color: soft },
      lineStyle: { color: soft, type: 'dashed' },
      data: levels.map((yAxis) => ({ yAxis })),
    },
  }
}

const TIME_AND_VALUE = ['time', 'value']

/** Rows of numbers one after the other: ECharts takes these as they are, and copies every row of anything else. */
function flat(rows: readonly (readonly (number | null)[])[]): never {
  const width = rows[0]?.length ?? 0
  const numbers = new Float64Array(rows.length * width)
  rows.forEach((row, at) => {
    for (let column = 0; column < width; column++) numbers[at * width + column] = row[column] ?? NaN
  })
  // Its types know arrays alone.
  return numbers as never
}

/** Returns the index of a line's colour; colours repeat after the last. */
export const colourIndex = (at: number, colours: number) => at % colours

function lineSeries(shown: Line, at: number, { kind }: Drawing, palette: Palette): Series[] {
  const { name, points, band, isBars, isComputed } = shown
  const color = palette.series[colourIndex(at, palette.series.length)] ?? palette.text
  const data = flat(points)
  if (kind === 'bars' || isBars) {
    return [
      {
        type: 'bar',
        name,
        dimensions: TIME_AND_VALUE,
        data,
        barMaxWidth: 24,
        barMinWidth: 2,
        itemStyle: { color },
      },
    ]
  }
  const isMarked = points.length <= MARKED_POINTS && isComputed !== true
  const line: LineSeriesOption = {
    type: 'line',
    name,
    dimensions: TIME_AND_VALUE,
    data,
    color,
    lineStyle: { width: points.length > MANY_POINTS ? 1 : 2, ...(isComputed && { type: 'dashed' as const }) },
    showSymbol: isMarked,
    symbolSize: 5,
    connectNulls: false,
    ...(kind === 'stacked' && { areaStyle: { opacity: 0.25 }, stack: 'all' }),
  }
  const bands = band === undefined ? [] : bandSeries(band, `band ${at}`, color)
  const lone = isMarked || kind === 'stacked' ? [] : lonePoints(points)
  return lone.length === 0 ? [...bands, line] : [...bands, line, markedSeries(lone, color)]
}

/** Points between two gaps: no line leads to them. */
function lonePoints(points: Line['points']): Line['points'] {
  const isGap = (at: number) => (points[at]?.[1] ?? null) === null
  return points.filter((_, at) => !isGap(at) && isGap(at - 1) && isGap(at + 1))
}

const markedSeries = (points: Line['points'], color: string): LineSeriesOption => ({
  type: 'line',
  dimensions: TIME_AND_VALUE,
  data: flat(points),
  color,
  lineStyle: { opacity: 0 },
  symbolSize: 5,
  silent: true,
})

/** An area between two lines: the lower one, and what lies between them stacked upon it. */
function bandSeries(band: NonNullable<Line['band']>, stack: string, color: string): LineSeriesOption[] {
  const unseen: LineSeriesOption = {
    type: 'line',
    stack,
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
    symbol: 'none',
    silent: true,
  }
  return [
    { ...unseen, data: band.map(([time, low]) => [time, low]) },
    {
      ...unseen,
      data: band.map(([time, low, high]) => [time, high - low]),
      areaStyle: { color, opacity: 0.18 },
    },
  ]
}

/**
 * Returns what writes a tick of the time axis: the day at midnight or on a daily chart, the time in between. An axis asks
 * for hundreds before it knows which fit, and to make what writes them takes longer than to write.
 */
function ticksOf(isDaily: boolean, { locale, timeZone: readers }: Format): (time: number) => string {
  const timeZone = isDaily ? 'UTC' : readers
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone })
  const dayOfYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'numeric', timeZone })
  const year = new Intl.DateTimeFormat(locale, { year: 'numeric', timeZone })
  return (time) => {
    const told = clock.format(time)
    if (!isDaily && told !== '00:00') return told
    return (dayOfYear.format(time) === '1/1' ? year : day).format(time)
  }
}

interface TooltipItem {
  seriesName: string
  seriesType: string
  marker: string
  /** Time and value of a line; time, open, close, lowest and highest of a candle. */
  value: number[]
}

/** Most lines of a tooltip: more do not fit on a screen. */
const TOOLTIP_LINES = 12

function tooltipOf(items: readonly TooltipItem[], drawing: Drawing, format: Format): string {
  const { isDaily, unit, lines, hidden, hint, candleNames = [] } = drawing
  const time = items[0]?.value[0]
  if (time == null) return ''
  const candle = items.find(({ seriesType }) => seriesType === 'candlestick')
  const prices = candle?.value.slice(1) ?? []
  // Where a pixel holds several values, not every line has drawn the one of this time.
  const values = lines.flatMap(({ name, points }, at) => {
    const value = hidden.has(at) ? undefined : points.find(([moment]) => moment === time)?.[1]
    return value == null
      ? []
      : [{ name, value, marker: items.find((item) => item.seriesName === name)?.marker }]
  })
  const isMarked = values.every(({ marker }) => marker !== undefined)
  const told = [
    ...prices.map((price, at) => `${candleNames[at] ?? ''}: ${format.number(price)} ${unit}`),
    ...values.map(
      ({ name, value, marker = '' }) => `${isMarked ? marker : ''}${name}: ${format.number(value)} ${unit}`,
    ),
  ]
  const head = isDaily ? format.day(time) : format.moment(time)
  return [head, ...told.slice(0, TOOLTIP_LINES), ...(hint === undefined ? [] : [hint])].join('\n')
}
