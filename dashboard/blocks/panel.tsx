/** A part of a page with one query: its title, its age, and its data or what stands in their place. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useContext, useId, type ReactNode } from 'react'
import { isToldAbove } from '../away.ts'
import { OffPipeline } from '../pipelines/off.ts'
import { useSharedWords } from '../preferences.tsx'
import { inServerTime } from '../server-clock.ts'
import { Age } from './age.tsx'
import { Empty, Loading, Trouble, useReason } from './states.tsx'

interface PanelProps<T> {
  title: ReactNode
  query: UseQueryResult<T>
  /** Shown beside the title: links, choices. */
  actions?: ReactNode
  /** Says whether there is nothing to show. */
  isEmpty?: (data: T) => boolean
  /** What is said then, unless its pipeline is off. Default: that there is no data yet. */
  empty?: ReactNode
  children: (data: T) => ReactNode
}

export function Panel<T>({ title, query, actions, isEmpty, empty, children }: PanelProps<T>) {
  const say = useSharedWords()
  const heading = useId()
  const off = useContext(OffPipeline)
  const { data, error, isPending } = query
  const isUnreadable = isToldAbove(error)
  const retry = () => {
    void query.refetch()
  }
  return (
    <section className="panel" aria-labelledby={heading} aria-busy={isPending}>
      <header>
        <h2 id={heading}>{title}</h2>
        {data !== undefined && (
          <span className={isUnreadable ? 'age old' : 'age'}>
            {say('panel.read')} <Age at={inServerTime(query.dataUpdatedAt)} />
            {isUnreadable && `; ${say('panel.old')}`}
          </span>
        )}
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {data !== undefined && error !== null && !isUnreadable && <Stale error={error} />}
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : isUnreadable ? (
          <Empty>{say('panel.away')}</Empty>
        ) : (
          <Trouble error={error} retry={retry} />
        )
      ) : isEmpty?.(data) === true ? (
        <Empty>{off === undefined ? (empty ?? say('panel.empty')) : say('panel.off', { key: off })}</Empty>
      ) : (
        children(data)
      )}
    </section>
  )
}

/** The data below could not be read again. */
function Stale({ error }: { error: unknown }) {
  const say = useSharedWords()
  return (
    <p className="stale" role="status">
      {say('panel.stale')} {useReason(error)}
    </p>
  )
}
