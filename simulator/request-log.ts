/** The requests to the simulator, newest last: the oracle for "requested once" and "no request". */

/** The newest requests are kept up to this number: a day of soaking, in about 20 MB. */
const KEPT_REQUESTS = 100_000
/** Old entries go in blocks, so that a full log costs nothing per request. */
const DROPPED_AT_ONCE = 10_000

export interface LoggedRequest {
  /** When the request arrived, ISO 8601. */
  time: string
  upstream: string
  method: string
  /** Path and query after the upstream's prefix. */
  path: string
  /** The status that was sent; 0 if the connection ended before any response. */
  status: number
  /** Bytes of the body that were to be sent. */
  bytes: number
  /** Kind of the fault that met the request. */
  fault?: string
}

export interface RequestLog {
  add(request: LoggedRequest): void
  count(filter?: { upstream?: string; path?: RegExp }): number
  list(): LoggedRequest[]
  clear(): void
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = []
  return {
    add: (request) => {
      entries.push(request)
      if (entries.length >= KEPT_REQUESTS + DROPPED_AT_ONCE) entries = entries.slice(-KEPT_REQUESTS)
    },
    count: ({ upstream, path } = {}) =>
      entries
        .slice(-KEPT_REQUESTS)
        .filter(
          (entry) => (upstream ?? entry.upstream) === entry.upstream && (path?.test(entry.path) ?? true),
        ).length,
    list: () => entries.slice(-KEPT_REQUESTS),
    clear: () => {
      entries = []
    },
  }
}
