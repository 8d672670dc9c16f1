/** `almanac upstreams`: when each upstream last gave rows and last failed, and what is left of its limits. */
import { upstreamsNow, type Budget, type Upstream } from '../../api/stack/upstreams.ts'
import { connectDatabase, READING_MS } from '../../client/connection.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { moment, print, printJson, table } from '../output.ts'

/** Prints a line for each upstream; as JSON what the API gives. */
export async function upstreams(options: GlobalOptions & { json?: boolean }): Promise<void> {
  const config = configOf(options)
  const database = connectDatabase(config, { connectMs: READING_MS, queryMs: READING_MS })
  try {
    const found = await upstreamsNow({ db: database.db, config }, 'en')
    if (options.json) printJson(found)
    else print(upstreamTable(found, Date.now()))
  } finally {
    await database.close()
  }
}

const upstreamTable = (found: readonly Upstream[], now: number) =>
  table(
    ['upstream', 'pipeline', 'last rows', 'last failure', 'left', 'last refusal', 'why'],
    found.map((one) => [
      one.name,
      one.pipeline,
      time(one.answered_at),
      one.failure === null ? '' : `${one.failure.name}, ${time(one.failure.at)}`,
      one.budgets.flatMap((budget) => leftOf(budget, now)).join('\n'),
      one.budgets.flatMap((budget) => refusalOf(budget, now)).join('\n'),
      one.missing ?? one.not_asked ?? one.failure?.sentence ?? '',
    ]),
    { below: ['why'], spare: ['pipeline', 'last refusal'] },
  )

const time = (iso: string | null) => moment(iso === null ? null : new Date(iso))
const isAhead = (iso: string | null, now: number): iso is string => iso !== null && Date.parse(iso) > now
const named = (quota: string | null, text: string) => (quota === null ? text : `${quota}: ${text}`)

/** What was left in a window that is over says nothing any more. */
function leftOf({ quota, limit, remaining, resets_at }: Budget, now: number): string[] {
  if (remaining === null || !isAhead(resets_at, now)) return []
  return [named(quota, limit === null ? String(remaining) : `${remaining} of ${limit}`)]
}

function refusalOf({ quota, blocked_status, blocked_at, blocked_until }: Budget, now: number): string[] {
  const until = isAhead(blocked_until, now) ? `, no request until ${time(blocked_until)}` : ''
  if (blocked_status === null) return until === '' ? [] : [named(quota, `none${until}`)]
  return [named(quota, `${blocked_status}, ${time(blocked_at)}${until}`)]
}
