/** Why parts of the page cannot be read now, found in what it asked: a cause is told once, whatever number of panels it has. */
import type { Query } from '@tanstack/react-query'
import { ApiProblem } from './api.ts'

type Asked = Pick<Query, 'state' | 'isActive'>

/** Whether the cause of an error is told above the page: a server is away, or Almanac itself. */
export const isToldAbove = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof ApiProblem && error.server !== undefined)

interface Cause {
  server: string
  why: string
  /** When it was found, in milliseconds. */
  at: number
}

/** What was found last of each server that is away: an answer names them, or there is none without them. */
export function causesOf(asked: readonly Asked[]): string[] {
  const found = asked.filter((query) => query.isActive()).flatMap(({ state }) => causesIn(state))
  const newest = new Map(found.toSorted((a, b) => a.at - b.at).map(({ server, why }) => [server, why]))
  return [...newest].toSorted(([a], [b]) => a.localeCompare(b)).map(([, why]) => why)
}

function causesIn({ error, errorUpdatedAt, data, dataUpdatedAt }: Query['state']): Cause[] {
  if (error instanceof ApiProblem && error.server !== undefined)
    return [{ server: error.server, why: error.message, at: errorUpdatedAt }]
  if (error !== null || typeof data !== 'object' || data === null || !('away' in data)) return []
  return (data.away as Omit<Cause, 'at'>[]).map((one) => ({ ...one, at: dataUpdatedAt }))
}
