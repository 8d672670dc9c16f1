/** What commands say of dead letters. */
import { describe, expect, it } from 'vitest'
import { deadLetterText, lostRowsRemedies, withRows } from '../../../cli/dead-letters.ts'
import type { DeadLetter } from '../../../db/spool/folder.ts'
import type { SegmentHead } from '../../../db/spool/segment.ts'

const letter = (head?: Partial<SegmentHead>): DeadLetter => ({
  name: 'x.segment',
  reason: 'the checksum does not match',
  ...(head !== undefined && {
    head: {
      kind: 'rows',
      pipeline: 'mod-stats',
      runId: 'r1',
      observedAt: '2026-11-28T00:10:00.000Z',
      tables: {},
      rejected: 0,
      bytes: 9,
      ...head,
    },
  }),
})

describe('a dead letter', () => {
  it.each([
    [
      'its rows',
      letter({ tables: { daily_stats: 10, modpacks: 2 } }),
      'it holds 12 rows of daily_stats, modpacks (2026-11-28 00:10 UTC, run r1), which the database lacks',
    ],
    ['that it has none', letter({}), 'it holds responses without rows (2026-11-28 00:10 UTC, run r1)'],
    [
      'that it is the ending of a run',
      letter({ kind: 'ending' }),
      'it holds the ending of run r1 (2026-11-28 00:10 UTC), whose record is closed as interrupted',
    ],
    ['that nothing is known', letter(), 'nothing says what it holds'],
  ])('is shown with its reason and %s', (_, one, held) => {
    expect(deadLetterText(one)).toBe(`damaged/x.segment: the checksum does not match\n  ${held}`)
  })

  it('counts as many rows as the readable heads name', () => {
    expect(withRows([letter({ tables: { daily_stats: 3 }, rejected: 1 }), letter()])).toBe(' with 4 rows')
    expect(withRows([letter(), letter({ kind: 'ending' })])).toBe('')
  })
})

const NOW = new Date('2026-11-29T12:00:00Z')

describe('rows that cannot be loaded', () => {
  it('are collected again from the day of the oldest, if the pipeline can collect the past', () => {
    const tables = { candles: 1 }
    const pipeline = 'crypto-forecast'
    expect(
      lostRowsRemedies(
        [
          letter({ pipeline, tables, oldestAt: '2026-11-28T05:00:00.000Z' }),
          letter({ pipeline, tables, oldestAt: '2019-03-01T23:00:00.000Z' }),
        ],
        NOW,
      ),
    ).toEqual([
      'what cannot be loaded of crypto-forecast is collected again by "./almanac backfill crypto-forecast --from 2019-03-01 --only-missing"',
    ])
  })

  it.each([
    ['a head of an earlier version', undefined],
    ['a wrong clock', '2026-12-03T00:00:00.000Z'],
  ])('name no day that nobody knows, because of %s', (_, oldestAt) => {
    const tables = { candles: 1 }
    const pipeline = 'crypto-forecast'
    const known = letter({ pipeline, tables, oldestAt: '2026-12-04T05:00:00.000Z' })
    expect(
      lostRowsRemedies([known, letter({ pipeline, tables, ...(oldestAt && { oldestAt }) })], NOW),
    ).toEqual([
      'what cannot be loaded of crypto-forecast is collected again by "./almanac backfill crypto-forecast --from YYYY-MM-DD --only-missing"; the day of its oldest row is not known',
    ])
  })

  it('are gone for good if it cannot', () => {
    expect(lostRowsRemedies([letter({ tables: { daily_stats: 1 } })], NOW)).toEqual([
      'what cannot be loaded of mod-stats cannot be collected again either: its upstreams have only the present',
    ])
  })

  it('are none in the ending of a run, in responses alone, or where nothing is known', () => {
    expect(lostRowsRemedies([letter({ kind: 'ending' }), letter({}), letter()], NOW)).toEqual([])
  })
})
