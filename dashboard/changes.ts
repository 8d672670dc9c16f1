/** Which of the questions that a page asked have another answer after a change. */

/** What an event of `/api/events` says; `listening` and a change of unknown origin may concern everything. */
export interface Change {
  /** `activity`: one of an open run began, failed or ended. `stack`: a server is not as it was. */
  kind: 'listening' | 'run' | 'rows' | 'activity' | 'stack'
  pipeline?: string
  runId?: string
  /** Of rows. */
  table?: string
  /** Of a run. */
  outcome?: string
  /** Of the stack: a server went away or came back. */
  isNew?: boolean
}

/** Answers that no change of data makes another. */
const LASTING = ['/api/session', '/api/data']
const STACK = ['/api/stack', '/api/alerts']
/** Whose rows change while upstreams are asked, and no answer but this. */
const BUDGETS = { table: 'upstream_budgets', address: '/api/upstreams' }
/** Data sets that no pipeline owns. */
const SHARED_OWNER = 'stack'

/**
 * Whether the answer of a query may be another after a change. Its key has the address that it asks, and parameters as an
 * object; `owner` is the pipeline that the query belongs to if its address does not say it, `pipelines` are all of them.
 */
export function isConcerned(
  key: readonly unknown[],
  change: Change,
  { owner, pipelines }: { owner?: string | undefined; pipelines: readonly string[] },
): boolean {
  const url = addressIn(key)
  if (change.kind === 'stack') return change.isNew === true || STACK.includes(url?.pathname ?? '')
  if (change.table === BUDGETS.table) return url?.pathname === BUDGETS.address
  if (change.kind === 'listening' || change.pipeline === undefined || url === undefined) return true
  if (LASTING.includes(url.pathname)) return false
  const [, , first = '', second = ''] = url.pathname.split('/')
  if (first === 'runs' && second !== '') return isOfRun(decodeURIComponent(second), change)
  if (first === 'retrying') return change.kind !== 'rows'
  if (change.kind === 'activity') return false
  const isData = first === 'data' && second !== SHARED_OWNER
  const named = owner ?? (isData ? second : pipelines.find((id) => id === first))
  // Rows come before the end of their run, which may also change what is computed from them.
  if (named !== undefined) return named === change.pipeline && change.outcome !== 'running'
  const only = url.searchParams.get('pipeline') ?? parameterIn(key, 'pipeline') ?? change.pipeline
  return only === change.pipeline && (change.kind === 'run' || first === 'data')
}

/** A change, and when the page heard of it. */
export interface HeardChange {
  change: Change
  heardAt: number
}

/**
 * Whether to ask again after these changes. What was asked for after a change was heard knows of it: a page that opens, and so
 * begins to listen, asks once.
 */
export const isOutdated = (
  { key, owner, askedAt }: { key: readonly unknown[]; owner: string | undefined; askedAt: number },
  changes: readonly HeardChange[],
  pipelines: readonly string[],
): boolean =>
  changes.some(({ change, heardAt }) => askedAt < heardAt && isConcerned(key, change, { owner, pipelines }))

/** An address names a run by its workflow, which begins with the pipeline, or by the beginning of its own id. */
const isOfRun = (id: string, { pipeline = '', runId = '' }: Change): boolean =>
  id.startsWith(`${pipeline}-`) || runId.startsWith(id)

function addressIn(key: readonly unknown[]): URL | undefined {
  const found = key.find((part) => typeof part === 'string' && part.startsWith('/'))
  return found === undefined ? undefined : new URL(found as string, 'http://page')
}

function parameterIn(key: readonly unknown[], name: string): string | undefined {
  const values = key.map((part) =>
    typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : undefined,
  )
  return values.find((value) => typeof value === 'string')
}
