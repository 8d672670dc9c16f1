/** What changes on the server, so that the page asks for it again: `/api/events`. */
import type { QueryClient } from '@tanstack/react-query'
import { isOutdated, type Change, type HeardChange } from './changes.ts'
import { SESSION } from './api.ts'
import { reportConnection } from './connection.ts'
import { PIPELINE_PAGES } from './pipelines/index.ts'

/** A run of thousands of rows tells of each chunk: the page follows this often at most. */
const GATHER_MS = 2_000
/** A stream that the server refused is opened again after this; one that broke the browser opens again by itself. */
const REOPEN_MS = 5_000
/**
 * The server says something every 15 seconds. One that hangs, or whose network is gone, closes no connection: after two and a
 * half times of silence it is away.
 */
const SILENCE_MS = 37_500

/**
 * Follows the events while the page is seen. A hidden page holds no connection, of which a browser has six for each
 * server: it asks for everything again when it is shown.
 */
export function followEvents(queries: QueryClient): void {
  let source: EventSource | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  const pipelines = Object.keys(PIPELINE_PAGES)
  const askedAt = new WeakMap<object, number>()
  queries.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'fetch')
      askedAt.set(event.query as object, performance.now())
  })
  let changes: HeardChange[] = []
  const askAgain = (change: Change) => {
    changes.push({ change, heardAt: performance.now() })
    gathering ??= setTimeout(() => {
      gathering = undefined
      const gathered = changes
      changes = []
      void queries.invalidateQueries({
        predicate: (query) => {
          const owner = query.meta?.['pipeline'] as string | undefined
          const asked = { key: query.queryKey, owner, askedAt: askedAt.get(query) ?? 0 }
          return isOutdated(asked, gathered, pipelines)
        },
      })
    }, GATHER_MS)
  }
  const close = () => {
    clearTimeout(silence)
    source?.close()
  }
  const expectWord = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      reportConnection(false)
      openIfSeen()
    }, SILENCE_MS)
  }
  const hear = () => {
    expectWord()
    // What happened while nobody listened was not heard.
    if (reportConnection(true)) void queries.invalidateQueries()
  }
  const open = () => {
    close()
    expectWord()
    source = new EventSource('/api/events')
    source.onopen = hear
    source.addEventListener('beat', hear)
    source.onerror = () => {
      const isRefused = source?.readyState === EventSource.CLOSED
      if (!isRefused) reportConnection(false)
      else {
        clearTimeout(silence)
        // A server with other tokens refuses the session of before.
        void queries.invalidateQueries({ queryKey: [SESSION] })
        setTimeout(openIfSeen, REOPEN_MS)
      }
    }
    // The server tells that it hears the database again, a run that began, went on or ended, rows that came, and how the
    // servers are.
    for (const kind of ['listening', 'run', 'rows', 'activity', 'stack'] as const)
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        askAgain({ ...(JSON.parse(data) as Omit<Change, 'kind'>), kind })
      })
  }
  const openIfSeen = () => {
    if (document.visibilityState === 'visible') open()
    else close()
  }
  document.addEventListener('visibilitychange', openIfSeen)
  openIfSeen()
}
