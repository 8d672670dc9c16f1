/** The lines of a chart by name; each is a button that hides it. */
import { COLOURS } from './palette.ts'
import { colourIndex } from './options.ts'
import type { Line } from './series.ts'

/** More names than these are no legend; a table has them. */
const MOST_LINES = 24

interface LegendProps {
  lines: readonly Line[]
  /** Indexes of the hidden lines. */
  hidden: ReadonlySet<number>
  change: (hidden: ReadonlySet<number>) => void
}

export function ChartLegend({ lines, hidden, change }: LegendProps) {
  const toggle = (at: number) => () => {
    const next = new Set(hidden)
    if (!next.delete(at)) next.add(at)
    change(next)
  }
  return (
    <span className="legend">
      {lines.slice(0, MOST_LINES).map(({ name }, at) => (
        <button key={name} type="button" aria-pressed={!hidden.has(at)} onClick={toggle(at)}>
          <i className={`swatch series-${colourIndex(at, COLOURS) + 1}`} aria-hidden="true" />
          {name}
        </button>
      ))}
    </span>
  )
}
