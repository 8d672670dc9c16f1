/** `/api/alerts`: what the watch found, and silences. */
import * as z from 'zod'
import { HOUR_MS } from '../../core/durations.ts'
import { isSilenced, standingSilences, type Silence } from '../../watch/silences.ts'
import { endSilence, setSilence } from '../../watch/set-silence.ts'
import { readSilences, readState } from '../../watch/state.ts'
import { meaningOf, nextCommand } from '../../watch/text.ts'
import { heldAlerts, standingAlerts, type Alert } from '../../watch/alert.ts'
import { KINDS, SEVERITIES } from '../../watch/kinds.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems } from '../problem.ts'
import { alertsSchema } from './alerts-schema.ts'

/** A quarter of a year: who wants longer silences until it is over. */
const MOST_HOURS = 24 * 92
/** A sentence; it is shown beside the silence. */
const REASON_LENGTH = 300

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
  const worst = (alert: Alert) => -SEVERITIES.indexOf(KINDS[alert.finding.kind].severity)
  return {
    looked_at: state.lookedAt === null ? null : iso(state.lookedAt),
    alerts: standingAlerts(state.alerts, now)
      .toSorted((a, b) => worst(a) - worst(b) || a.since - b.since)
      .map((alert) => alertJson(alert, isSilenced(alert, silences, now), language)),
    held: heldAlerts(state.alerts, now).map(({ finding }) => finding.key),
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
