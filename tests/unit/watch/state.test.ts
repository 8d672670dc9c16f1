/** What the watch remembers: a file that is damaged, or of another version, is put aside whole, and nobody stumbles over it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reason } from '../../../wording/reason.ts'
import { putAsideDamaged, readSilences, readState, writeSilences, writeState } from '../../../watch/state.ts'

const NOW = Date.parse('2026-11-30T06:00:00Z')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-watch-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const finding = {
  key: 'worker-away',
  kind: 'worker-away' as const,
  pipeline: null,
  what: reason('alert-worker-away'),
}
const alert = {
  finding,
  firstSeenAt: NOW,
  since: NOW,
  lastSeenAt: NOW,
  clearSince: null,
  heldSince: NOW,
  toldAt: NOW,
  reminders: 1,
  remindAt: NOW,
  toldSize: null,
}
const state = {
  since: NOW - 1,
  lookedAt: NOW,
  alerts: { 'worker-away': alert },
  space: { '/data': [{ at: NOW, freeBytes: 1 }] },
  waiting: [
    {
      id: 'a',
      channel: 'team',
      message: { event: 'began' as const, finding, since: NOW, at: NOW },
      tries: 2,
      nextAt: NOW,
      trouble: 'no',
    },
  ],
  newsUntil: { 'mod-stats': NOW },
}
const silence = { of: 'all', until: null, reason: '', since: NOW }

it('what is written is read again, and is not put aside', () => {
  writeState(folder, state)
  writeSilences(folder, [silence])
  expect(putAsideDamaged(folder, NOW)).toEqual([])
  expect(readState(folder, 0)).toEqual(state)
  expect(readSilences(folder)).toEqual([silence])
})

describe('a state', () => {
  it.each([
    ['that a power cut left empty', ''],
    ['that was cut off', JSON.stringify(state).slice(0, 100)],
    ['of zeros', '\0\0\0\0'],
    ['that is no record', '[1]'],
    ['without its alerts', '{"alerts":null}'],
    ['with an alert that is none', '{"alerts":{"a":{}}}'],
    ['of another version', JSON.stringify(state).replaceAll('worker-away', 'of-another-version')],
    ['with a message that is none', '{"waiting":[{}]}'],
  ])('%s is nothing remembered, and is put aside', (_, text) => {
    writeFileSync(join(folder, 'watch.json'), text)
    expect(readState(folder, NOW)).toMatchObject({ since: NOW, lookedAt: null, alerts: {}, waiting: [] })
    const aside = join(folder, 'watch.json.damaged-2026-11-30T060000Z')
    expect(putAsideDamaged(folder, NOW)).toEqual([{ file: join(folder, 'watch.json'), aside }])
    expect(readFileSync(aside, 'utf8')).toBe(text)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(putAsideDamaged(folder, NOW)).toEqual([])
  })
})

it('silences that are damaged are none, and are put aside', () => {
  writeFileSync(join(folder, 'silences.json'), '[{"of":1}]')
  expect(readSilences(folder)).toEqual([])
  expect(putAsideDamaged(folder, NOW)).toEqual([
    {
      file: join(folder, 'silences.json'),
      aside: join(folder, 'silences.json.damaged-2026-11-30T060000Z'),
    },
  ])
})
