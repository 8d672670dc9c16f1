/** Every pipeline at a glance: how its last run ended, what it does now, and when it starts next. */
import * as z from 'zod'
import { scheduleStates } from '../../client/schedules.ts'
import { soundnessOf, type Soundness } from '../../db/queries/checks.ts'
import { lastRuns, openRuns } from '../../db/queries/runs.ts'
import { isOld, newestOf } from '../../watch/newest.ts'
import { WATCH_PARTS } from '../../watch/parts.ts'
import type { NewestData } from '../../watch/seen.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { inFrenchType } from '../../wording/french.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { awaySchema, orAway, type Away } from '../away.ts'
import { PARAMS_IN_FRENCH } from '../french.ts'
import type { ParamInFrench } from '../in-french.ts'
import { languageHeader, languageOf } from '../language.ts'
import { API_PARTS } from '../parts.ts'
import { runJson, runSchema } from '../runs/run-json.ts'
import { scheduleJson, scheduleSchema, unknownSchedule } from '../schedules/schedule-json.ts'

const pipelineSchema = z.object({
  id: z.string(),
  summary: z.string(),
  enabled: z.boolean().describe('On in almanac.yaml'),
  missing: z
    .array(z.string())
    .describe('Settings without which it does not ask all of its upstreams, and what to do'),
  last_run: runSchema
    .nullable()
    .describe('The newest run that has ended, except those that only found another one going on'),
  open_run: runSchema.nullable().describe('The run that is going on'),
  schedule: scheduleSchema,
  fresh: z
    .array(
      z.object({
        source: z.string(),
        newest_at: z.iso.datetime().nullable().describe('Time of its newest data; null if it has none yet'),
        allowed_ms: z.number().describe('How old that may be'),
        is_fresh: z.boolean().nullable().describe('Null if nobody knows yet'),
      }),
    )
    .nullable()
    .describe('How old the newest data of each source is; null while the database is away'),
  sound: z
    .object({
      run_id: z.string().describe('Run whose checks these were'),
      checked_at: z.iso.datetime(),
      checks: z.number().int(),
      broken: z.array(z.string()).describe('What those found that did not pass'),
    })
    .nullable()
    .describe('What the newest checks of its stored rows found; null if there were none, or nobody knows'),
  params: z.record(z.string(), z.unknown()).describe('Parameters of a run, as JSON Schema'),
  no_backfill: z.string().nullable().describe('Why the past cannot be collected; null if it can'),
})

const listSchema = z.object({ pipelines: z.array(pipelineSchema), away: awaySchema })

/** The parameters of a pipeline's runs, as JSON Schema. */
function paramsOf({ id, params }: Pipeline, language: Language): Record<string, unknown> {
  const schema = { ...z.toJSONSchema(params, { io: 'input' }) }
  if (language === 'en') return schema
  const french: Record<string, ParamInFrench> = { ...PARAMS_IN_FRENCH, ...API_PARTS[id].inFrench.params }
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const told = french[name]
    if (typeof property !== 'object' || told === undefined) return [name, property]
    return [name, { ...property, title: inFrenchType(told.title), description: inFrenchType(told.help) }]
  })
  return { ...schema, properties: Object.fromEntries(properties) as object }
}

/** They never change, and making a schema takes a millisecond. */
const PARAMS = new Map(
  PIPELINES.map(
    (pipeline) => [pipeline.id, { en: paramsOf(pipeline, 'en'), fr: paramsOf(pipeline, 'fr') }] as const,
  ),
)

const freshJson = (data: NewestData) => ({
  source: data.source,
  newest_at: data.at === null ? null : new Date(data.at).toISOString(),
  allowed_ms: data.allowedMs,
  is_fresh: data.at === null ? null : !isOld(data, Date.now()),
})

function soundJson(sound: Soundness | undefined, language: Language) {
  if (sound === undefined) return null
  const { runId, checkedAt, checks, broken } = sound
  return {
    run_id: runId,
    checked_at: checkedAt.toISOString(),
    checks,
    broken: broken.map((one) => sentence(one, language)),
  }
}

/** The pipelines as JSON. */
export type PipelineList = z.infer<typeof listSchema>

export function addPipelineList(api: Api, { db, temporal, config }: RouteContext): void {
  const ids = PIPELINES.map(({ id }) => id)
  api.get(
    '/api/pipelines',
    {
      config: { isShared: true },
      schema: {
        summary: 'Every pipeline: last run, open run, next start, parameters',
        headers: languageHeader,
        response: { 200: listSchema },
      },
    },
    async (request) => {
      const language = languageOf(request)
      const away: Away = []
      const [last, open, newest, sound, states] = await Promise.all([
        orAway(away, language, () => lastRuns(db, ids)),
        orAway(away, language, () => openRuns(db)),
        orAway(away, language, () => newestOf(db, ids, config)),
        orAway(away, language, () => soundnessOf(db, ids)),
        orAway(away, language, () => temporal.use(scheduleStates)),
      ])
      const why = away.find(({ server }) => server === 'temporal')?.why ?? ''
      const pipelines = PIPELINES.map(({ id, summary, noBackfill }) => {
        const lastOf = last?.find(({ pipeline }) => pipeline === id)
        const openOf = open?.find(({ pipeline }) => pipeline === id)
        const state = states?.find((one) => one.id === id)
        return {
          id,
          summary: language === 'fr' ? inFrenchType(API_PARTS[id].inFrench.summary) : summary,
          enabled: config.tracked[id].enabled,
          missing: WATCH_PARTS[id].upstreams.flatMap(({ missing }) => {
            const why = missing?.(config)
            return why === undefined ? [] : [sentence(why, language)]
          }),
          last_run: lastOf === undefined ? null : runJson(lastOf, language),
          open_run: openOf === undefined ? null : runJson(openOf, language),
          schedule: state === undefined ? unknownSchedule(id, why) : scheduleJson(state, language),
          fresh: newest?.get(id)?.map(freshJson) ?? null,
          sound: soundJson(sound?.get(id), language),
          params: PARAMS.get(id)?.[language] ?? {},
          no_backfill: noBackfill === undefined ? null : sentence(noBackfill(), language),
        }
      })
      return { pipelines, away }
    },
  )
}
