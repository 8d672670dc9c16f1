/** A few numbers that matter, side by side. */
import type { ReactNode } from 'react'

export interface Figure {
  title: string
  /** The number as it is read; a dash if it is not known. */
  value: ReactNode
  /** What it is beside, in small letters. */
  note?: ReactNode
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="figures">
      {figures.map(({ title, value, note }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd className="figure">{value}</dd>
          {note !== undefined && <dd className="soft">{note}</dd>}
        </div>
      ))}
    </dl>
  )
}
