/** `/api/alerts`: what the watch found, and silences. */
import { z } from 'zod'
import { HOUR_MS } from '../../core/durations.ts'
import { isSilenced, standingSilences, type Silence } from '../../watch/silences.ts'
import { endSilence, setSilence } from '../../watch/set-silence.ts'
import { readSilences, readState } from '../../watch/state.ts'
import { meaningOf, nextCommand } from '../../watch/text.ts'
import type { Alert } from '../../watch/alert.ts'
import { KINDS, SEVERITIES } from '../../watch/kinds.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems } from '../problem.ts'

const time = z.iso.datetime()
/** A quarter of a year: who wants longer silences until it is over. */
const MOST_HOURS = 24 * 92
/** A sentence; it is shown beside the silence. */
const REASON_LENGTH = 300

const alertSchema = z
  .object({
    key: z.string().describe('The same fault has the same key at every look'),
    kind: z.string(),
    severity: z.enum(SEVERITIES),
    pipeline: z.string().nullable().describe('Null of what concerns all'),
    what: z.string(),
    means: z.string().describe('For who uses the data'),
    since: time,
    last_good: time.nullable(),
    told_at: time.nullable().describe('When the channels were told first; null if not yet, or not at all'),
    silenced: z.boolean(),
    next: z.string().describe('Command to run next'),
  })
  .meta({ id: 'Alert' })

const silenceSchema = z
  .object({
    of: z.string().describe('Key of an alert, id of a pipeline, or "all"'),
    until: time.nullable().describe('Null: until what stood when it was made is over'),
    reason: z.string(),
    since: time,
  })
  .meta({ id: 'Silence' })

const alertsSchema = z.object({
  looked_at: time.nullable().describe('When the watch looked last; it looks twice a minute. Null: never'),
  alerts: z.array(alertSchema).describe('What stands, the worst first'),
  silences: z.array(silenceSchema),
  channels: z
    .array(
      z.object({
        name: z.string(),
        waiting: z.int().describe('Messages that it has not taken yet'),
        trouble: z.string().nullable().describe('What the last try found'),
      }),
    )
    .describe('Who is told'),
})

const iso = (ms: number) => new Date(ms).toISOString()

/** Adds the routes. */
export function addAlerts(api: Api, { config }: RouteContext): void {
  const response = { 200: alertsSchema, ...problems(400) }
  const answer = (language: Language) => alertsJson(config, language)
  api.get(
    '/api/alerts',
    {
      schema: {
        summary: 'What is not as it should be, who is told of it, and what is silenced',
        headers: languageHeader,
        response: { 200: alertsSchema },
      },
    },
    (request) => answer(languageOf(request)),
  )
  api.post(
    '/api/silences',
    {
      schema: {
        summary: 'Sends no messages of an alert, a pipeline, or anything, for a time or until it is over',
        body: z.strictObject({
          of: z.string().min(1).max(300),
          hours: z
            .number()
            .positive()
            .max(MOST_HOURS)
            .optional()
            .describe('Default: until what stands is over'),
          reason: z.string().trim().max(REASON_LENGTH).default(''),
        }),
        headers: languageHeader,
        response,
      },
    },
    (request) => {
      const { of, hours, reason } = request.body
      const now = Date.now()
      setSilence(config.stateDir, {
        of,
        until: hours === undefined ? null : now + hours * HOUR_MS,
        reason,
        since: now,
      })
      return answer(languageOf(request))
    },
  )
  api.post(
    '/api/silences/end',
    {
      schema: {
        summary: 'Sends messages of it again',
        body: z.strictObject({ of: z.string().min(1).max(300) }),
        headers: languageHeader,
        response,
      },
    },
    (request) => {
      endSilence(config.stateDir, request.body.of, Date.now())
      return answer(languageOf(request))
    },
  )
}

function alertsJson({ stateDir, alerts: { channels } }: RouteContext['config'], language: Language) {
  const now = Date.now()
  const state = readState(stateDir, now)
  const silences = standingSilences(readSilences(stateDir), state.alerts, now)
  const standing = Object.values(state.alerts).filter(({ clearSince }) => clearSince === null)
  const worst = (alert: Alert) => -SEVERITIES.indexOf(KINDS[alert.finding.kind].severity)
  return {
    looked_at: state.lookedAt === null ? null : iso(state.lookedAt),
    alerts: standing
      .toSorted((a, b) => worst(a) - worst(b) || a.since - b.since)
      .map((alert) => alertJson(alert, isSilenced(alert, silences, now), language)),
    silences: silences.map(silenceJson),
    channels: channels.map(({ name }) => {
      const waiting = state.waiting.filter(({ channel }) => channel === name)
      return { name, waiting: waiting.length, trouble: waiting[0]?.trouble ?? null }
    }),
  }
}

const alertJson = ({ finding, since, toldAt }: Alert, silenced: boolean, language: Language) => ({
  key: finding.key,
  kind: finding.kind,
  severity: KINDS[finding.kind].severity,
  pipeline: finding.pipeline,
  what: sentence(finding.what, language),
  means: meaningOf(finding, language),
  since: iso(since),
  last_good: finding.lastGood === undefined ? null : iso(finding.lastGood),
  told_at: toldAt === null ? null : iso(toldAt),
  silenced,
  next: nextCommand(finding),
})

const silenceJson = ({ until, since, ...silence }: Silence) => ({
  ...silence,
  until: until === null ? null : iso(until),
  since: iso(since),
})
