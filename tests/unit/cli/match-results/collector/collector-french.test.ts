/** French of the log: numbers, and one sentence for every event of the worker's log. */
import { describe, expect, it } from 'vitest'
import { FRENCH, type CollectorRecord } from '../../../../../cli/match-results/collector/french.ts'
import { counted, everyMinutes } from '../../../../../cli/match-results/collector/french-words.ts'
import { textReason } from '../../../../../core/reason.ts'

describe('a number with its word', () => {
  it.each([
    [0, '0 ligne'],
    [1, '1 ligne'],
    [2, '2 lignes'],
  ])('writes the number %i in French as %s', (count, text) => {
    expect(counted(count, 'ligne', 'lignes')).toBe(text)
  })

  it('writes minutes in French as an interval', () => {
    expect([everyMinutes(1), everyMinutes(5)]).toEqual(['toutes les minutes', 'toutes les 5 minutes'])
  })
})

/** A record of every event, with all its values; a new event without one does not compile. */
const RECORDS: { [Event in CollectorRecord['event']]: Extract<CollectorRecord, { event: Event }> } = {
  'server.ended': { event: 'server.ended', name: 'Temporal' },
  'server.restart-failed': { event: 'server.restart-failed', name: 'Temporal', reason: 'R' },
  'temporal.store-put-aside': { event: 'temporal.store-put-aside', aside: '/var/temporal.db.unusable' },
  'stop.failed': { event: 'stop.failed', reason: 'R' },
  'schedule.kept': { event: 'schedule.kept', pipeline: 'p', note: 'N' },
  'database.available': { event: 'database.available' },
  'database.unavailable': { event: 'database.unavailable', reason: 'R' },
  'database.connection-lost': { event: 'database.connection-lost', reason: 'R' },
  'worker.stop-failed': { event: 'worker.stop-failed', reason: 'R' },
  'worker.metrics-failed': { event: 'worker.metrics-failed', port: 9464, reason: 'R' },
  'runs.closed': { event: 'runs.closed', closed: 1 },
  'upstreams.store-failed': { event: 'upstreams.store-failed', reason: 'R' },
  'runs.check-failed': { event: 'runs.check-failed', reason: 'R' },
  'run.close-failed': { event: 'run.close-failed', reason: 'R' },
  'spool.loaded': { event: 'spool.loaded', segments: 2, rows: 80, runs: 1, pipelines: ['p'] },
  'spool.waiting': { event: 'spool.waiting', folder: 'F', reason: 'R' },
  'spool.check-failed': { event: 'spool.check-failed', folder: 'F', reason: 'R' },
  'spool.drain-failed': { event: 'spool.drain-failed', folder: 'F', reason: 'R' },
  'spool.unreadable': { event: 'spool.unreadable', folder: 'F', reason: 'R' },
  'spool.derive-failed': { event: 'spool.derive-failed', folder: 'F', reason: 'R' },
  'spool.segment-rejected': { event: 'spool.segment-rejected', folder: 'F', name: 'S', reason: 'R' },
  'spool.filling': { event: 'spool.filling', folder: 'F', bytes: 600, percent: 60 },
  'collection.started': { event: 'collection.started', isRecompute: false },
  'run.without-lock': { event: 'run.without-lock', reason: 'R' },
  'collection.ended': {
    event: 'collection.ended',
    outcome: 'failed',
    isRecompute: false,
    fetched: 0,
    results: 0,
    written: 0,
    spooled: 0,
    rejected: 0,
    why: [textReason('R')],
  },
  'match.over': {
    event: 'match.over',
    eventId: 1,
    team1: 'A',
    team2: 'B',
    score1: 1,
    score2: 0,
    confidence: 'confirmed',
  },
  'match.corrected': {
    event: 'match.corrected',
    eventId: 1,
    team1: 'A',
    team2: 'B',
    score1: 1,
    score2: 0,
    was1: 0,
    was2: 0,
  },
  'match.resumed': { event: 'match.resumed', eventId: 1, team1: 'A', team2: 'B', score1: 1, score2: 0 },
  'match.not-over': {
    event: 'match.not-over',
    eventId: 1,
    team1: 'A',
    team2: 'B',
    score1: 1,
    score2: 0,
    status: '3 minutes',
    state: 'live',
  },
}

/** Every sentence; the reason of a trouble is in each that has one. */
const sentenceOf = (record: CollectorRecord): string => {
  const french = (
    FRENCH[record.event] as (record: CollectorRecord) => ReturnType<(typeof FRENCH)['collection.ended']>
  )(record)
  return typeof french === 'string' ? french : french.map(({ text }) => text).join('\n')
}

describe('the French of an event', () => {
  it.each(Object.values(RECORDS))('describes $event with its values in French', (record) => {
    const sentence = sentenceOf(record)
    expect(sentence).toMatch(/^[A-Z0-9]/)
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/)
    for (const [key, value] of Object.entries(record))
      if (['reason', 'name', 'note'].includes(key)) expect(sentence).toContain(value)
  })

  it('describes each event in another sentence, except the two ways in which the spool cannot be loaded', () => {
    const sentences = Object.values(RECORDS).map(sentenceOf)
    expect(new Set(sentences).size).toBe(sentences.length - 1)
  })
})
