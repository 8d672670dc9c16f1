/** Faults planted in a simulated week: each is found, is told once with its cause, and nothing else is. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { textOf } from '../../../watch/text.ts'
import { LANGUAGES } from '../../../wording/sentence.ts'
import { liveThrough, START, type Planted } from './week.ts'

/** What was told as `event kind pipeline`. */
const toldOf = (planted: readonly Planted[], lookMs?: number) =>
  liveThrough({ planted, lookMs }).map(({ event, finding: { kind, pipeline } }) =>
    [event, kind, pipeline].filter(Boolean).join(' '),
  )

const at = (day: number, hour = 0, minute = 0) => day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS

it('a week without a fault is told nothing of', () => {
  expect(toldOf([], MINUTE_MS)).toEqual([])
})

describe('a fault', () => {
  it.each<[string, Planted, string[]]>([
    [
      'the worker killed for an hour',
      { from: at(1, 3, 10), to: at(1, 4, 10), workerAway: true },
      ['began worker-away', 'over worker-away'],
    ],
    [
      'the database away for an hour',
      { from: at(1, 3, 10), to: at(1, 4, 10), databaseAway: true },
      ['began database-away', 'over database-away'],
    ],
    [
      'Temporal away for an hour',
      { from: at(1, 3, 10), to: at(1, 4, 10), temporalAway: true },
      ['began temporal-away', 'over temporal-away'],
    ],
    [
      'a schedule that is gone for three hours',
      { from: at(1, 1), to: at(1, 4), scheduleGone: 'hourly' },
      ['began schedule-gone hourly', 'over schedule-gone hourly'],
    ],
    [
      'a pause of more than a day',
      { from: at(1), to: at(2, 3), paused: 'hourly' },
      ['began schedule-paused hourly', 'over schedule-paused hourly'],
    ],
    [
      'runs that fail',
      { from: at(1, 1), to: at(1, 4), failing: 'hourly' },
      ['began run-failed hourly', 'over run-failed hourly'],
    ],
    [
      'a source that is incomplete again and again',
      { from: at(1, 1), to: at(1, 5), partial: 'hourly' },
      ['began source-partial hourly', 'over source-partial hourly'],
    ],
    [
      'a refused key',
      { from: at(1, 1), to: at(1, 4), keyRefused: 'hourly' },
      ['began key-refused hourly', 'over key-refused hourly'],
    ],
    [
      'old data under green runs',
      { from: at(1, 1), to: at(1, 7), stale: 'hourly' },
      ['began data-old hourly', 'over data-old hourly'],
    ],
    [
      'rows that break a check',
      { from: at(1, 1), to: at(1, 5), unsound: 'hourly' },
      ['began unsound hourly', 'over unsound hourly'],
    ],
    [
      'a run that does not end',
      { from: at(1, 1), to: at(1, 2, 30), hanging: 'hourly' },
      ['began run-long hourly', 'over run-long hourly'],
    ],
    [
      'a field that vanished',
      { from: at(1, 1), to: at(1, 5), vanished: 'hourly' },
      ['began fields-vanished hourly', 'over fields-vanished hourly'],
    ],
    [
      'a spool that does not drain',
      { from: at(1, 1), to: at(1, 2), spoolStuck: true },
      ['began spool-waiting', 'over spool-waiting'],
    ],
    [
      'dead letters',
      { from: at(1, 1), to: at(1, 2), deadLetters: 2 },
      ['began dead-letters', 'over dead-letters'],
    ],
    [
      'another version of the tables',
      { from: at(1, 1), to: at(1, 2), otherVersion: true },
      ['began tables-differ', 'over tables-differ'],
    ],
    [
      'backups that fail, and are late because of that',
      { from: at(1), to: at(4), backupFailed: true },
      ['began backup-failed', 'over backup-failed'],
    ],
    [
      'a kept backup that rots',
      { from: at(1), to: at(2), damagedBackup: true },
      ['began backup-damaged', 'over backup-damaged'],
    ],
  ])('is told once, and that it is over: %s', (_, planted, told) => {
    expect(toldOf([planted]).filter((one) => !one.startsWith('still'))).toEqual(told)
  })

  it('of a disk that fills is told within a day, and is over some days after it filled no more', () => {
    const told = liveThrough({ planted: [{ from: at(1), to: at(2), filling: 1.5e9 }], days: 6 })
    expect(
      told
        .filter(({ event }) => event !== 'still')
        .map(({ event, toldAt }) => [event, Math.floor(toldAt / DAY_MS)]),
    ).toEqual([
      ['began', 1],
      ['over', 4],
    ])
  })

  it('heals itself within minutes, and is not told', () => {
    expect(
      toldOf(
        [
          { from: at(1, 3), to: at(1, 3, 2), databaseAway: true },
          { from: at(2, 3), to: at(2, 3, 2), temporalAway: true },
          { from: at(3, 3), to: at(3, 3, 5), failing: 'minutely' },
        ],
        MINUTE_MS,
      ),
    ).toEqual([])
  })

  it('is told again after hours that grow apart, as long as it lasts', () => {
    const told = liveThrough({ planted: [{ from: at(1), to: at(6), scheduleGone: 'daily' }] })
    expect(told.map(({ event, toldAt }) => [event, Math.round((toldAt - at(1)) / HOUR_MS)])).toEqual([
      ['began', 0],
      ['still', 4],
      ['still', 12],
      ['still', 28],
      ['still', 60],
      ['over', 120],
    ])
  })

  it('that grows is told again at once', () => {
    const told = toldOf([
      { from: at(1), to: at(3), deadLetters: 1 },
      { from: at(1, 1), to: at(3), deadLetters: 5 },
    ])
    expect(told.slice(0, 2)).toEqual(['began dead-letters', 'worse dead-letters'])
  })
})

describe('a cause', () => {
  it('is told in place of everything that it brings about', () => {
    // Six hours without a worker: nothing starts, all data gets old.
    expect(toldOf([{ from: at(1, 3), to: at(1, 9), workerAway: true }])).toEqual([
      'began worker-away',
      'still worker-away',
      'over worker-away',
    ])
  })

  it('of one pipeline explains nothing of another', () => {
    expect(
      toldOf([
        { from: at(1, 1), to: at(1, 4), scheduleGone: 'hourly' },
        { from: at(1, 1), to: at(1, 4), failing: 'minutely' },
      ])
        .filter((one) => one.startsWith('began'))
        .toSorted(),
    ).toEqual(['began run-failed minutely', 'began schedule-gone hourly'])
  })
})

describe('a blocked upstream', () => {
  const began = (planted: Planted) => toldOf([planted]).filter((one) => one.startsWith('began'))

  it('is told in place of the sources that have nobody else to ask', () => {
    expect(began({ from: at(1, 1), to: at(1, 6), partial: 'hourly', blocked: 'hourly' })).toEqual([
      'began upstream-blocked hourly',
    ])
    expect(began({ from: at(1, 1), to: at(1, 9), stale: 'hourly', blocked: 'hourly' })).toEqual([
      'began upstream-blocked hourly',
    ])
  })

  it('hides nothing of another source, and nothing of another pipeline', () => {
    expect(began({ from: at(1, 1), to: at(1, 6), partial: 'hourly', otherBlocked: 'hourly' })).toEqual([
      'began upstream-blocked hourly',
      'began source-partial hourly',
    ])
    expect(began({ from: at(1, 1), to: at(1, 6), partial: 'hourly', blocked: 'minutely' })).toEqual([
      'began upstream-blocked minutely',
      'began source-partial hourly',
    ])
  })

  it('hides no run that failed', () => {
    expect(began({ from: at(1, 1), to: at(1, 6), failing: 'hourly', blocked: 'hourly' })).toEqual([
      'began upstream-blocked hourly',
      'began run-failed hourly',
    ])
  })

  it('is not hidden by a refused key of its pipeline', () => {
    expect(began({ from: at(1, 1), to: at(1, 6), keyRefused: 'hourly', blocked: 'hourly' })).toContain(
      'began upstream-blocked hourly',
    )
  })
})

describe('what nobody can see', () => {
  it('is not over because its witness is away', () => {
    const told = toldOf([
      { from: at(1, 1), to: at(2), failing: 'hourly' },
      { from: at(1, 3), to: at(1, 5), databaseAway: true },
    ])
    expect(told.filter((one) => one.includes('run-failed') && !one.startsWith('still'))).toEqual([
      'began run-failed hourly',
      'over run-failed hourly',
    ])
    expect(told.indexOf('over database-away')).toBeLessThan(told.indexOf('over run-failed hourly'))
  })
})

describe('a silence', () => {
  const planted = [{ from: at(1, 1), to: at(1, 9), failing: 'hourly' as const }]
  const toldWith = (of: string, until: number | null, since: number) =>
    liveThrough({
      planted,
      silences: [{ of, until: until === null ? null : START + until, since: START + since, reason: 'known' }],
    }).map(({ event }) => event)

  it.each(['run-failed hourly', 'hourly', 'all'])(
    'for a time keeps quiet of %s, and what still stands is told after it',
    (of) => {
      expect(toldWith(of, at(1, 7), at(1))).toEqual(['began', 'over'])
    },
  )

  it('until it is over keeps quiet of what stood when it was made, and that it is over', () => {
    expect(toldWith('hourly', null, at(1, 2))).toEqual([])
  })

  it('until it is over does not concern what comes later', () => {
    expect(toldWith('hourly', null, at(0))).toEqual(['began', 'still', 'over'])
  })
})

it('ten faults in one week are ten messages, and ten that they are over', () => {
  const planted: Planted[] = [
    { from: at(0, 5), to: at(0, 6), workerAway: true },
    { from: at(0, 12), to: at(0, 13), databaseAway: true },
    { from: at(1, 2), to: at(1, 3), temporalAway: true },
    { from: at(1, 8), to: at(1, 11), scheduleGone: 'hourly' },
    { from: at(2, 2), to: at(2, 5), failing: 'hourly' },
    { from: at(3, 2), to: at(3, 6), partial: 'hourly' },
    { from: at(4, 2), to: at(4, 5), keyRefused: 'hourly' },
    { from: at(5, 2), to: at(5, 8), stale: 'hourly' },
    { from: at(6, 2), to: at(6, 3), deadLetters: 1 },
    { from: at(6, 6), to: at(6, 7), spoolStuck: true },
  ]
  const told = liveThrough({ planted })
  const kinds = [
    'worker-away',
    'database-away',
    'temporal-away',
    'schedule-gone',
    'run-failed',
    'source-partial',
    'key-refused',
    'data-old',
    'dead-letters',
    'spool-waiting',
  ]
  for (const event of ['began', 'over'] as const)
    expect(told.filter((one) => one.event === event).map(({ finding }) => finding.kind)).toEqual(kinds)
  expect(told.filter(({ event }) => event === 'worse' || event === 'still')).toEqual([])
  for (const message of told) {
    for (const language of LANGUAGES) {
      const { title, lines } = textOf(message, { from: 'box', pageUrl: 'http://page' }, language)
      if (process.env['SHOW_MESSAGES'] !== undefined) console.log(`${[title, ...lines].join('\n')}\n`)
      expect(title).not.toMatch(/undefined|\{/)
    }
  }
})
