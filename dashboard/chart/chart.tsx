/** A chart of values over time: drawn, as a table, as a picture and as a file. */
import { Link, useNavigate } from '@tanstack/react-router'
import type { EChartsType } from 'echarts/core'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { DataTable, type TableColumn } from '../blocks/data-table.tsx'
import { zoneName } from '../format.ts'
import { useIsDark, useReader, useSharedWords } from '../preferences.tsx'
import { download, downloadText } from './download.ts'
import { ChartLegend } from './legend.tsx'
import { nearestTime, searchAt, type Origin } from './origin.ts'
import { optionsOf, type ChartKind } from './options.ts'
import { paletteOf } from './palette.ts'
import { candleLines, csvOf, rowsOf, type Candle, type ChartRow, type Line } from './series.ts'

interface ChartProps {
  /** What is drawn; also the name of its files. */
  title: string
  /** Unit of the values, as the axis says it. */
  unit: string
  lines: readonly Line[]
  candlesticks?: readonly Candle[]
  /** Default: lines. */
  kind?: ChartKind
  /** Values that are marked across the chart. */
  levels?: readonly number[]
  /** Both ends of the axis of values. Default: as the values need. */
  range?: readonly [number, number]
  /** Whether the times are whole UTC days. Default: no. */
  isDaily?: boolean
  /** Whether the smallest value stands at the top, as in a list. Default: no. */
  isRank?: boolean
  /** Which rows its points are; who picks one sees them. Default: none. */
  origin?: Origin
}

const NONE: ReadonlySet<number> = new Set()

export function Chart(props: ChartProps) {
  const {
    title,
    unit,
    lines,
    candlesticks,
    kind = 'line',
    levels,
    range,
    isDaily = false,
    isRank = false,
    origin,
  } = props
  const navigate = useNavigate()
  const say = useSharedWords()
  const hint = origin === undefined ? undefined : say('chart.rows')
  const reader = useReader()
  const isDark = useIsDark()
  const [hidden, setHidden] = useState(NONE)
  const [isTable, setIsTable] = useState(false)
  const zone = isDaily ? 'UTC' : zoneName(reader.zone)
  const tableLines = () =>
    candlesticks === undefined
      ? lines
      : [
          ...candleLines(candlesticks, [
            say('chart.open'),
            say('chart.high'),
            say('chart.low'),
            say('chart.close'),
          ]),
          ...lines,
        ]
  const [element, savePng] = useDrawn(
    useMemo(
      () =>
        optionsOf(
          {
            kind,
            lines,
            candlesticks,
            candleNames: [say('chart.open'), say('chart.close'), say('chart.low'), say('chart.high')],
            levels,
            range,
            unit,
            zone,
            isDaily,
            isRank,
            hidden,
            hint,
          },
          paletteOf(isDark),
          reader.format,
        ),
      // The words change with the language alone.
      // oxlint-disable-next-line react/exhaustive-deps
      [
        kind,
        lines,
        candlesticks,
        levels,
        range,
        unit,
        zone,
        isDaily,
        isRank,
        hidden,
        isDark,
        reader.format,
        hint,
      ],
    ),
    !isTable,
    (place) => {
      const time = nearestTime(place, { lines, candlesticks })
      if (origin !== undefined && time !== undefined)
        void navigate({ to: '/data', search: searchAt(origin, time, isDaily) })
    },
  )
  const saveCsv = () => {
    const told = tableLines()
    const head = ['time', ...told.map(({ name }) => name)]
    const rows = rowsOf(told).map(({ time, values }) => [isoOf(time, isDaily), ...values])
    downloadText(`${title}.csv`, csvOf([head, ...rows]), 'text/csv')
  }
  return (
    <figure className="chart">
      <figcaption className="unseen">{title}</figcaption>
      <div className="tools">
        <ChartLegend lines={lines} hidden={hidden} change={setHidden} />
        <span className="buttons">
          <button
            type="button"
            aria-pressed={isTable}
            onClick={() => {
              setIsTable(!isTable)
            }}
          >
            {say('chart.table')}
          </button>
          <button
            type="button"
            disabled={isTable}
            onClick={() => {
              savePng(`${title}.png`, paletteOf(isDark).surface)
            }}
          >
            PNG
          </button>
          <button type="button" onClick={saveCsv}>
            CSV
          </button>
        </span>
      </div>
      {isTable ? (
        <ChartTable
          title={title}
          unit={unit}
          lines={tableLines()}
          isDaily={isDaily}
          zone={zone}
          origin={origin}
        />
      ) : (
        <div
          ref={element}
          className="drawing"
          role="img"
          aria-label={say('chart.label', { title, unit, zone, n: lines.length })}
        />
      )}
    </figure>
  )
}

const isoOf = (time: number, isDaily: boolean) =>
  new Date(time).toISOString().slice(0, isDaily ? 10 : undefined)

/** What is out of sight is drawn as soon as there is time, and after this at the latest, in milliseconds. */
const OUT_OF_SIGHT_MS = 2_000

/** Draws what is seen at once, and what is not when nothing else waits. Returns what stops it. */
function drawInTurn(element: HTMLElement, draw: () => void): () => void {
  const { top, bottom } = element.getBoundingClientRect()
  if (top < innerHeight && bottom > 0) {
    draw()
    return () => undefined
  }
  // Not every browser knows when it is idle.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(draw)
    return () => {
      clearTimeout(timer)
    }
  }
  const turn = requestIdleCallback(draw, { timeout: OUT_OF_SIGHT_MS })
  return () => {
    cancelIdleCallback(turn)
  }
}

/** Draws the options into an element, which it follows in size; `pick` gets the time at which a person clicks. */
function useDrawn(options: ReturnType<typeof optionsOf>, isShown: boolean, pick: (time: number) => void) {
  const ref = useRef<HTMLDivElement>(null)
  const instance = useRef<EChartsType>(undefined)
  const newest = useRef(options)
  const picked = useRef(pick)
  useEffect(() => {
    picked.current = pick
  })
  useEffect(() => {
    newest.current = options
    const { current: element } = ref
    if (element === null || instance.current === undefined) return
    return drawInTurn(element, () => instance.current?.setOption(options, { notMerge: true }))
  }, [options])
  useEffect(() => {
    const element = ref.current
    if (!isShown || element === null) return
    let isGone = false
    let leave: () => void = () => undefined
    const observer = new ResizeObserver(() => {
      const { current: drawn } = instance
      // It also tells the size at the beginning, and drawing takes as long as the first time.
      const isSame = drawn?.getWidth() === element.clientWidth && drawn.getHeight() === element.clientHeight
      if (!isSame) drawn?.resize()
    })
    void import('./echarts.ts').then(({ init }) => {
      if (isGone) return
      const drawn = init(element)
      instance.current = drawn
      drawn.getZr().on('click', ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
        const place = [offsetX, offsetY]
        if (drawn.containPixel('grid', place)) picked.current(drawn.convertFromPixel('grid', place)[0] ?? 0)
      })
      leave = drawInTurn(element, () => {
        drawn.setOption(newest.current)
      })
      observer.observe(element)
    })
    return () => {
      isGone = true
      leave()
      observer.disconnect()
      instance.current?.dispose()
      instance.current = undefined
    }
  }, [isShown])
  const savePng = (name: string, backgroundColor: string) => {
    const address = instance.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor })
    if (address !== undefined) download(name, address)
  }
  return [ref, savePng] as const
}

interface ChartTableProps {
  title: string
  unit: string
  lines: readonly Line[]
  isDaily: boolean
  zone: string
  origin: Origin | undefined
}

function ChartTable({ title, unit, lines, isDaily, zone, origin }: ChartTableProps) {
  const say = useSharedWords()
  const { format } = useReader()
  const id = useId()
  const time: TableColumn<ChartRow> = {
    key: id,
    title: say('chart.time', { zone }),
    value: ({ time }) => isoOf(time, isDaily),
    render: ({ time }) => {
      const written = isDaily ? format.day(time) : format.clock(time)
      if (origin === undefined) return written
      return (
        <Link to="/data" search={searchAt(origin, time, isDaily)}>
          {written}
        </Link>
      )
    },
  }
  const values = lines.map(({ name }, at): TableColumn<ChartRow> => ({
    key: String(at),
    title: `${name} (${unit})`,
    isNumber: true,
    value: ({ values }) => values[at] ?? null,
  }))
  return (
    <DataTable
      caption={title}
      columns={[time, ...values]}
      rows={rowsOf(lines)}
      rowKey={({ time }) => String(time)}
      pageRows={20}
    />
  )
}
