/** Alerts over HTTP and in a terminal: what the watch found, and silences. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { AlertList } from '../../../api/alerts/alerts-schema.ts'
import { HOUR_MS } from '../../../core/durations.ts'
import type { Alert } from '../../../watch/alert.ts'
import { readState, writeSilences, writeState } from '../../../watch/state.ts'
import { reason } from '../../../wording/reason.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

const NOW = Date.now()
const alertOf = (
  kind: 'dead-letters' | 'worker-away' | 'unsound',
  what: Alert['finding']['what'],
): Alert => ({
  finding: { key: kind, kind, pipeline: null, what, lastGood: NOW - 2 * HOUR_MS },
  firstSeenAt: NOW - HOUR_MS,
  since: NOW - HOUR_MS,
  lastSeenAt: NOW,
  clearSince: null,
  heldSince: NOW - HOUR_MS,
  toldAt: NOW - HOUR_MS,
  reminders: 0,
  remindAt: null,
  toldSize: null,
})

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
})
afterAll(async () => {
  await api.stop()
})
beforeEach(() => {
  const alerts = {
    'dead-letters': alertOf('dead-letters', reason('alert-dead-letters', { deadLetters: 2 })),
    'worker-away': alertOf('worker-away', reason('alert-worker-away')),
    held: { ...alertOf('unsound', reason('alert-worker-away')), heldSince: NOW, toldAt: null },
    over: { ...alertOf('dead-letters', reason('alert-dead-letters', { deadLetters: 1 })), clearSince: NOW },
  }
  writeState(api.config.stateDir, { ...readState(api.config.stateDir, NOW), lookedAt: NOW, alerts })
  writeSilences(api.config.stateDir, [])
})

const ask = async (path: string, body?: object, language = 'en') => {
  const response = await fetch(`${api.address}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'accept-language': language, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as AlertList & { detail?: string } }
}

it('what stands is listed, the worst first, with what it means and what to run', async () => {
  const { body } = await ask('/api/alerts')
  expect(body.looked_at).toBe(new Date(NOW).toISOString())
  expect(body.alerts.map(({ key, severity, silenced }) => [key, severity, silenced])).toEqual([
    ['worker-away', 'critical', false],
    ['dead-letters', 'warning', false],
  ])
  expect(body.alerts[0]).toMatchObject({
    what: 'No worker is running.',
    since: new Date(NOW - HOUR_MS).toISOString(),
    last_good: new Date(NOW - 2 * HOUR_MS).toISOString(),
    next: './almanac up',
  })
})

it('what is told only if it lasts is named', async () => {
  expect((await ask('/api/alerts')).body.held).toEqual(['unsound'])
})

it('an alert is told in French', async () => {
  const { body } = await ask('/api/alerts', undefined, 'fr')
  expect(body.alerts[1]?.what).toBe(
    '2 segments rejetés dans le spool\u202F: des lignes que la base a refusées.',
  )
})

it('a silence lasts for its time, replaces an older one, and is ended', async () => {
  await ask('/api/silences', { of: 'dead-letters', reason: 'first' })
  const { body } = await ask('/api/silences', { of: 'dead-letters', hours: 2, reason: 'known' })
  expect(body.silences).toMatchObject([{ of: 'dead-letters', reason: 'known' }])
  const until = Date.parse(body.silences[0]?.until ?? '')
  expect(until - Date.parse(body.silences[0]?.since ?? '')).toBe(2 * HOUR_MS)
  expect(body.alerts.map(({ silenced }) => silenced)).toEqual([false, true])
  const ended = await ask('/api/silences/end', { of: 'dead-letters' })
  expect(ended.body.silences).toEqual([])
})

it('what is no alert cannot be silenced', async () => {
  const { status, body } = await ask('/api/silences', { of: 'nothing' })
  expect(status).toBe(400)
  expect(body.detail).toContain('"nothing" is no alert or pipeline')
})
