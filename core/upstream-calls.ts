/** How upstreams answered: calls counted by how each ended and how long it took. */

/** Bounds of what calls take, in seconds; what takes longer is beyond all of them. The longest timeout is some minutes. */
export const CALL_BOUNDS_S = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300] as const

/** Calls of one limit of a client that ended alike and took about as long. */
export interface CountedCalls {
  /** Name of the client: that of its service in upstreams/. */
  client: string
  /** Of a client with several limits; empty for one with a single limit. */
  quota: string
  /**
   * Status of the answer; `timeout` or `broken` if none came whole. Of a program that asks in our place its exit code, as
   * `exit 0`.
   */
  status: string
  /** None took longer: one of `CALL_BOUNDS_S`, or `Infinity`. */
  withinS: number
  calls: number
  /** Those of them that an attempt after the first made. */
  retries: number
  /** What they took together, in seconds. */
  seconds: number
}

/** Statuses that say that there is no such thing, which is an answer. */
const ABSENT = ['404', '410']

/** Whether a call that ended so gave nothing: no answer, a refusal or an error. */
export function isFailedCall(status: string): boolean {
  if (status.startsWith('exit ')) return status !== 'exit 0'
  return !/^\d+$/.test(status) || (Number(status) >= 400 && !ABSENT.includes(status))
}

/** What a person wants to know of calls. */
export interface CallFigures {
  calls: number
  failed: number
  retries: number
  /** Half of them took no longer, in seconds; undefined if there are none, `Infinity` beyond the longest bound. */
  halfWithinS: number | undefined
  /** The same of 95 in 100. */
  mostWithinS: number | undefined
}

/** Sums calls of one upstream. */
export function callFigures(counted: readonly CountedCalls[]): CallFigures {
  const calls = callsOf(counted)
  const within = (share: number) =>
    [...CALL_BOUNDS_S, Infinity].find(
      (bound) => calls > 0 && callsOf(counted.filter(({ withinS }) => withinS <= bound)) >= calls * share,
    )
  return {
    calls,
    failed: callsOf(counted.filter(({ status }) => isFailedCall(status))),
    retries: counted.reduce((total, { retries }) => total + retries, 0),
    halfWithinS: within(0.5),
    mostWithinS: within(0.95),
  }
}

/** Parts calls by these fields, in the order of the first of each. */
export function partsBy<Field extends 'client' | 'quota' | 'status'>(
  counted: readonly CountedCalls[],
  fields: readonly Field[],
): { labels: Record<Field, string>; alike: CountedCalls[] }[] {
  const parts = new Map<string, { labels: Record<Field, string>; alike: CountedCalls[] }>()
  for (const one of counted) {
    const values = fields.map((field) => [field, one[field]] as const)
    const key = JSON.stringify(values)
    const part = parts.get(key) ?? { labels: Object.fromEntries(values) as Record<Field, string>, alike: [] }
    part.alike.push(one)
    parts.set(key, part)
  }
  return [...parts.values()]
}

/** How many calls they are. */
export const callsOf = (counted: readonly CountedCalls[]): number =>
  counted.reduce((sum, { calls }) => sum + calls, 0)
