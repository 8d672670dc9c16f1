/**
 * `/api/upstreams` and `almanac upstreams`: when each upstream last answered and last failed, as the records of runs tell, what
 * is left of its limits, how its calls ended, and which fields of its answers are other than known.
 */
import * as z from 'zod'
import { asReason } from '../../core/reason.ts'
import { CALL_BOUNDS_S, callFigures, callsOf, partsBy, type CountedCalls } from '../../core/upstream-calls.ts'
import { LOOKED_AT_DAYS, sourcesTold, type Told } from '../../db/queries/sources-told.ts'
import { callsOfLastDay } from '../../db/queries/upstream-calls.ts'
import { fieldsNow, type StoredField } from '../../db/queries/upstream-fields.ts'
import { storedBudgets, type StoredBudget } from '../../db/queries/upstream-budgets.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { WATCH_PARTS } from '../../watch/parts.ts'
import { renderError } from '../../wording/run.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { languageHeader, languageOf } from '../language.ts'
import { API_PARTS } from '../parts.ts'
import { problems } from '../problem.ts'

const time = z.iso.datetime()

const budgetSchema = z.object({
  client: z.string().describe('Name of the client that was told'),
  quota: z.string().nullable().describe('Which of its limits; null if it has one'),
  limit: z.int().nullable().describe('Requests, or their weight, in a window'),
  remaining: z.int().nullable().describe('Left of it when it last answered; null if it tells no budget'),
  resets_at: time.nullable().describe('End of the window: after it `remaining` says nothing any more'),
  blocked_at: time.nullable().describe('When it last asked for a pause, or was about to'),
  blocked_until: time.nullable().describe('Until then it gets no request'),
  blocked_status: z.int().nullable().describe('Status of its refusal; null if the budget ran low before'),
  observed_at: time.describe('When an answer last said something else than before'),
})

const LONGEST_S = Math.max(...CALL_BOUNDS_S)
/** Seconds; a bound, since only that is stored. */
const within = (share: string) =>
  z
    .number()
    .nullable()
    .describe(`${share} of them took no longer; null if there are none, or above ${LONGEST_S}`)

export type Budget = z.infer<typeof budgetSchema>

const askedSchema = z.object({
  calls: z.int().describe('In this hour and the 23 before'),
  failed: z.int().describe('Without an answer, or with one of 400 and above; 404 and 410 are answers'),
  retries: z.int().describe('Made by an attempt of an activity after its first'),
  half_within_seconds: within('Half'),
  most_within_seconds: within('95 of 100'),
  statuses: z
    .array(z.object({ status: z.string(), calls: z.int() }))
    .describe(
      'By the status of the answer, most calls first; `timeout` and `broken` had none, `exit 0` is of git',
    ),
})

const fieldSchema = z.object({
  object: z.string().describe('Which object of its answers'),
  field: z.string(),
  drift: z
    .enum(['missing', 'unknown'])
    .describe('`missing`: read by us, and in no object of an answer. `unknown`: in no answer that was known'),
  answers: z.int().describe('Answers in which it was so'),
  since: time,
  last_seen_at: time,
})

const upstreamSchema = z
  .object({
    name: z.string(),
    pipeline: z.string(),
    sources: z.array(z.string()).describe('Parts of a run that it gives'),
    steps: z.array(z.string()).describe('Activities that ask it; /api/retrying names those that fail now'),
    missing: z
      .string()
      .nullable()
      .describe('Which setting is missing, so that it is not asked, and what to do; null if none is'),
    answered_at: time
      .nullable()
      .describe(`End of the last run in which it gave rows; null if none did in ${LOOKED_AT_DAYS} days`),
    answered_run: z.string().nullable().describe('Run id'),
    failure: z
      .object({
        name: z.string().describe('Name of the failure, or code of the reason'),
        sentence: z.string(),
        at: time.describe('End of the run'),
        run: z.string().describe('Run id'),
      })
      .nullable()
      .describe('The last run in which it failed, at least in part'),
    not_asked: z.string().nullable().describe('Why the last run did not ask it; null if it did'),
    budgets: z.array(budgetSchema).describe('What is left of its limits; empty until it answers a worker'),
    asked: askedSchema.describe('How its clients were answered'),
    fields: z.array(fieldSchema).describe('Fields that were other than known in the last two days'),
  })
  .meta({ id: 'Upstream' })

export type Upstream = z.infer<typeof upstreamSchema>

export function addUpstreams(api: Api, context: RouteContext): void {
  api.get(
    '/api/upstreams',
    {
      schema: {
        summary: 'When each upstream last gave rows and last failed, and what is left of its limits',
        headers: languageHeader,
        response: { 200: z.object({ upstreams: z.array(upstreamSchema) }), ...problems(503) },
      },
    },
    async (request) => ({ upstreams: await upstreamsNow(context, languageOf(request)) }),
  )
}

/** Every upstream, pipeline by pipeline. */
export async function upstreamsNow(
  { db, config }: Pick<RouteContext, 'db' | 'config'>,
  language: Language,
): Promise<Upstream[]> {
  const [told, budgets, calls, fields] = await Promise.all([
    sourcesTold(db),
    storedBudgets(db),
    callsOfLastDay(db),
    fieldsNow(db),
  ])
  return PIPELINES.flatMap(({ id }) =>
    WATCH_PARTS[id].upstreams
      .filter(({ isAsked }) => isAsked?.(config) !== false)
      .map(({ name, sources, clients, steps, missing }) => {
        const why = missing?.(config)
        const ofIt = told.filter(({ pipeline, source }) => pipeline === id && sources.includes(source))
        return {
          name: language === 'fr' ? (API_PARTS[id].inFrench.upstreams?.[name] ?? name) : name,
          pipeline: id,
          sources: [...sources],
          steps: [...steps],
          missing: why === undefined ? null : sentence(why, language),
          ...standingOf(ofIt, language),
          budgets: budgets.filter(({ client }) => clients.includes(client)).map(budgetJson),
          asked: askedJson(calls.filter(({ client }) => clients.includes(client))),
          fields: fields.filter(({ client }) => clients.includes(client)).map(fieldJson),
        }
      }),
  )
}

const fieldJson = ({ object, field, drift, answers, sinceAt, lastSeenAt }: StoredField) => ({
  object,
  field,
  drift,
  answers,
  since: sinceAt.toISOString(),
  last_seen_at: lastSeenAt.toISOString(),
})

function askedJson(counted: readonly CountedCalls[]): Upstream['asked'] {
  const { calls, failed, retries, halfWithinS, mostWithinS } = callFigures(counted)
  return {
    calls,
    failed,
    retries,
    half_within_seconds: boundJson(halfWithinS),
    most_within_seconds: boundJson(mostWithinS),
    statuses: partsBy(counted, ['status'])
      .map(({ labels: { status }, alike }) => ({ status, calls: callsOf(alike) }))
      .toSorted((a, b) => b.calls - a.calls),
  }
}

const boundJson = (seconds: number | undefined) =>
  seconds === undefined || seconds === Infinity ? null : seconds

const budgetJson = ({ client, quota, most, remaining, ...times }: StoredBudget): Budget => ({
  client,
  quota: quota === '' ? null : quota,
  limit: most,
  remaining,
  resets_at: times.resetsAt?.toISOString() ?? null,
  blocked_at: times.blockedAt?.toISOString() ?? null,
  blocked_until: times.blockedUntil?.toISOString() ?? null,
  blocked_status: times.blockedStatus,
  observed_at: times.observedAt.toISOString(),
})

/** How an upstream stands by what is told of its sources. */
function standingOf(told: readonly Told[], language: Language) {
  const newest = (kind: Told['kind']) =>
    told.filter((one) => one.kind === kind).toSorted((a, b) => b.at - a.at)[0]
  const rows = newest('rows')
  const last = newest('last')
  return {
    answered_at: rows === undefined ? null : iso(rows.at),
    answered_run: rows?.run ?? null,
    failure: failureOf(newest('failure'), language),
    not_asked: last?.outcome === 'skipped' ? sentencesOf(last.why, language) : null,
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
const sentencesOf = (why: Told['why'], language: Language) =>
  why.map((one) => sentence(asReason(one), language)).join('; ')

function failureOf(failed: Told | undefined, language: Language): Upstream['failure'] {
  if (failed === undefined) return null
  const reasons = failed.why.map(asReason)
  const worst = reasons.find(({ code }) => code === 'failure') ?? reasons[0]
  const name = worst === undefined ? failed.outcome : renderError(worst).type
  return {
    name,
    sentence: worst === undefined ? '' : sentence(worst, language),
    at: iso(failed.at),
    run: failed.run,
  }
}
