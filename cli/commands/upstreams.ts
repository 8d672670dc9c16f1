/** `almanac upstreams`: when each upstream last gave rows and last failed, what fails now, how it answers, what is left of its limits. */
import { upstreamsNow, type Budget, type Upstream } from '../../api/stack/upstreams.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { readingDatabase, readingTemporal } from '../../client/connection.ts'
import { retriesNow } from '../../client/retries.ts'
import type { StepView } from '../../client/run-steps.ts'
import type { Config } from '../../config/load-config.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { moment, print, printJson, printWrapped, table } from '../output.ts'

/** An upstream, and the activity that asks it and fails now: null if none does, undefined if Temporal is away. */
type Shown = Upstream & { retrying?: Retrying | null | undefined }
type Retrying = Pick<StepView, 'step' | 'attempts'> & { failure: string; next_attempt_at: string | null }

/** Prints a line for each upstream; as JSON what the API gives, with what is tried again. */
export async function upstreams(options: GlobalOptions & { json?: boolean }): Promise<void> {
  const config = configOf(options)
  await readingDatabase(config, async ({ db }) => {
    const [found, retrying] = await Promise.all([upstreamsNow({ db, config }, 'en'), retryingNow(config)])
    const shown = found.map((one): Shown => ({
      ...one,
      retrying: retrying && (retrying.find(({ step }) => one.steps.includes(step)) ?? null),
    }))
    if (options.json) {
      printJson(shown)
      return
    }
    print(upstreamTable(shown, Date.now()))
    if (retrying === undefined) printWrapped('Temporal is away: what fails at this moment is not known.')
  })
}

async function retryingNow(config: Config): Promise<Retrying[] | undefined> {
  try {
    const retries = await readingTemporal(config, (client) => retriesNow(client, 'en'))
    return retries.map(({ step: { step, attempts, failure = '', nextAttemptAt } }) => ({
      step,
      attempts,
      failure,
      next_attempt_at: nextAttemptAt?.toISOString() ?? null,
    }))
  } catch (error) {
    if (error instanceof CannotReach) return undefined
    throw error
  }
}

const upstreamTable = (found: readonly Shown[], now: number) =>
  table(
    [
      'upstream',
      'pipeline',
      'last rows',
      'last failure',
      'calls in 24 h',
      'took at most',
      'left',
      'last refusal',
      'fields',
      'why',
    ],
    found.map((one) => [
      one.name,
      one.pipeline,
      time(one.answered_at),
      one.failure === null ? '' : `${one.failure.name}, ${time(one.failure.at)}`,
      callsOf(one),
      lengthsOf(one),
      one.budgets.flatMap((budget) => leftOf(budget, now)).join('\n'),
      one.budgets.flatMap((budget) => refusalOf(budget, now)).join('\n'),
      fieldsOf(one),
      one.missing ?? failsNow(one) ?? one.not_asked ?? one.failure?.sentence ?? '',
    ]),
    { below: ['why', 'fields'], spare: ['pipeline', 'took at most', 'last refusal'] },
  )

const time = (iso: string | null) => moment(iso === null ? null : new Date(iso))
const isAhead = (iso: string | null, now: number): iso is string => iso !== null && Date.parse(iso) > now
const named = (quota: string | null, text: string) => (quota === null ? text : `${quota}: ${text}`)

function callsOf({ asked: { calls, failed, statuses } }: Upstream): string {
  if (failed === 0) return calls === 0 ? '' : String(calls)
  const parts = statuses.map((one) => `${one.status}: ${one.calls}`)
  return `${calls}, ${failed} failed (${parts.join(', ')})`
}

/** Half of the calls, and 95 in 100. */
function lengthsOf({ asked: { calls, half_within_seconds: half, most_within_seconds: most } }: Upstream) {
  if (calls === 0) return ''
  return `${bound(half)}; 95%: ${bound(most)}`
}

const bound = (seconds: number | null) => (seconds === null ? 'minutes' : `${seconds} s`)

/** More names than these are left to --json. */
const SHOWN_NAMES = 5

/** Fields that vanished, and those that nobody knows. */
function fieldsOf({ fields }: Upstream): string {
  const parts = (['missing', 'unknown'] as const).flatMap((drift) => {
    const names = fields.filter((one) => one.drift === drift).map(({ object, field }) => `${object}.${field}`)
    if (names.length === 0) return []
    const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : ''
    return [`${drift}: ${names.slice(0, SHOWN_NAMES).join(', ')}${more}`]
  })
  return parts.join('; ')
}

function failsNow({ retrying }: Shown): string | undefined {
  if (retrying == null) return undefined
  const { attempts, failure, next_attempt_at } = retrying
  const next = next_attempt_at === null ? 'an attempt is running' : `next attempt ${time(next_attempt_at)}`
  return `fails now, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, ${next}: ${failure}`
}

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
