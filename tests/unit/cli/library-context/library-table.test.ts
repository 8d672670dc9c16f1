/** Lists of libraries, a night in words: the text matches the numbers. */
import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../core/durations.ts'
import {
  domainLines,
  firstPlaces,
  footLines,
  libraryTable,
} from '../../../../cli/library-context/library-table.ts'
import { nightLines } from '../../../../cli/library-context/night-lines.ts'
import { oneLine, truncateList } from '../../../../wording/text.ts'
import type { DomainStatus, ListedLine } from '../../../../client/library-context/status.ts'
import type { LibraryNight } from '../../../../core/library-context/night-event.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS)

const CONTEXT: NonNullable<ListedLine['context']> = {
  file: 'a__b-context.txt',
  engine: 'contextmaker',
  mode: 'safe',
  version: '1.8.8',
  tokens: 12_345,
  bytes: 49_380,
  leftOut: 0,
  commit: 'c0ffee',
  measures: {},
  madeAt: daysAgo(3.5),
  leftAt: null,
}
const ATTEMPT: NonNullable<ListedLine['attempt']> = {
  why: 'changed',
  outcome: 'made',
  reason: null,
  verdicts: [],
  failures: 0,
  nextTryAt: null,
  commit: 'c0ffee',
  cloneBytes: 1,
  seconds: 1,
  triedAt: NOW,
  runId: 'r',
}
const LINE: ListedLine = {
  rank: 1,
  library: 'a/b',
  stars: 4_512,
  starsBefore: 4_500,
  isNew: false,
  state: 'present',
  reason: null,
  context: CONTEXT,
  attempt: ATTEMPT,
}
/** The cells of a library's line; two spaces and more lie between two of them. */
const cells = (change: Partial<ListedLine>) =>
  libraryTable([{ ...LINE, ...change }], NOW)
    .split('\n')[1]
    ?.split(/ {2,}/)

describe('the line of a library', () => {
  it('the line of a library shows stars with their change, and engine, size and age of its context', () => {
    expect(cells({})).toEqual(['1', 'a/b', '4,512 (+12)', 'contextmaker safe', '12,345', '3 d'])
  })

  it.each<[string, Partial<ListedLine>, string]>([
    ['lost stars', { starsBefore: 4_513 }, '4,512 (-1)'],
    ['as many stars as before', { starsBefore: 4_512 }, '4,512'],
    ['a first list', { starsBefore: null }, '4,512'],
    ['a library that was not in the list before', { starsBefore: null, isNew: true }, '4,512 (new)'],
    ['stars that nobody ever told', { stars: null }, '?'],
  ])('shows the line of %s', (_, change, stars) => {
    expect(cells(change)?.[2]).toBe(stars)
  })

  it('the line of a library shows no unknown engine, and the age of a recent context', () => {
    const context = { ...CONTEXT, engine: 'static', mode: null, madeAt: daysAgo(0.9) }
    expect(cells({ context })?.slice(3)).toEqual(['static', '12,345', 'today'])
    expect(cells({ context: null })?.slice(3)).toEqual(['-'])
    expect(cells({ state: 'archived' })?.at(-1)).toBe('archived')
  })

  it.each<[string, Partial<typeof ATTEMPT>, string]>([
    [
      'at the next run',
      { nextTryAt: null, failures: 0 },
      'failed: NotFound: it is gone; next try at the next run',
    ],
    [
      'at the next run',
      { nextTryAt: daysAgo(1), failures: 1 },
      'failed: NotFound: it is gone; next try at the next run',
    ],
    [
      'on a day',
      { nextTryAt: daysAgo(-4), failures: 3 },
      'failed 3 times: NotFound: it is gone; next try 2026-11-25',
    ],
  ])('the line of a library shows what failed and that it is retried %s', (_, change, text) => {
    const attempt = { ...ATTEMPT, outcome: 'failed', reason: 'NotFound: it is\n gone', ...change }
    expect(cells({ attempt })?.at(-1)).toBe(text)
  })
})

const status = (domain: string, ranks: number): DomainStatus => ({
  domain,
  description: `About ${domain}`,
  date: '2026-11-21',
  dateBefore: '2026-11-20',
  listedAt: NOW,
  file: `/data/${domain}-libraries.json`,
  libraries: Array.from({ length: ranks }, (_, index) => ({
    ...LINE,
    rank: index + 1,
    library: `${domain}/${index + 1}`,
  })),
})

describe('the table of a list', () => {
  it('the table of a list states its source and its file', () => {
    const lines = domainLines(status('astronomy', 2), NOW)
    expect(lines.slice(0, 3)).toEqual([
      'astronomy: About astronomy',
      'list of 2026-11-21, confirmed 2026-11-21 12:00:00 UTC; stars against 2026-11-20',
      '/data/astronomy-libraries.json',
    ])
    expect(
      lines
        .slice(3)
        .join('\n')
        .match(/^\d +astronomy\/\d/gm),
    ).toHaveLength(2)
  })

  it('the table has the best places of all lists, grouped by list', () => {
    const table = firstPlaces({ domains: [status('astronomy', 20), status('finance', 2)] }, 6)
    expect(table.at(-1)).toBe('and 16 others; "./almanac libraries" shows all')
    const shown = table.slice(1, -1).map((line) => line.split(/ {2,}/).slice(0, 3).join(' '))
    expect(shown).toEqual([
      'astronomy 1 astronomy/1',
      'astronomy 2 astronomy/2',
      'astronomy 3 astronomy/3',
      'astronomy 4 astronomy/4',
      'finance 1 finance/1',
      'finance 2 finance/2',
    ])
    expect(firstPlaces({ domains: [] }, 10)).toEqual([])
  })

  it('lists below the table the contexts of libraries that left, the next to be deleted first', () => {
    const kept = [4, 2].map((days) => ({
      library: `left/${days}`,
      file: 'f',
      leftAt: NOW,
      keptUntil: daysAgo(-days),
    }))
    const none = { domains: [], withoutList: [], kept: [], contextFolder: '/contexts' }
    expect(footLines({ ...none, kept })).toEqual([
      '',
      '2 contexts kept although their libraries left the lists: left/2 until 2026-11-23, left/4 until 2026-11-25',
      'context files: /contexts',
    ])
    expect(footLines(none)).toEqual([])
  })
})

const NIGHT: LibraryNight = {
  type: 'library-night',
  lists: [],
  made: [],
  failed: [],
  unchanged: 7,
  waiting: [],
  clonedBytes: 12_340_000,
  seconds: 185,
}

describe('a night in words', () => {
  it('describes a night without results in two lines', () => {
    expect(nightLines(NIGHT)).toEqual([
      'contexts made: 0',
      'unchanged: 7; 12.3 MB cloned; the night took 3 min 5 s',
    ])
  })

  it('the summary of a night names new libraries, those that left, and the five that moved furthest', () => {
    const moved = [1, 2, 3, 4, 5, 6].map((step) => ({ library: `m/${step}`, from: 10, to: 10 + step }))
    const list = {
      domain: 'astronomy',
      date: '2026-11-21',
      size: 100,
      entered: ['n/1'],
      left: ['l/1', 'l/2'],
      moved,
    }
    expect(nightLines({ ...NIGHT, lists: [list] })[0]).toBe(
      'astronomy: 100 libraries in the list of 2026-11-21; new: n/1; left: l/1, l/2; moved: m/6 10 to 16, m/5 10 to 15, m/4 10 to 14, m/3 10 to 13, m/2 10 to 12 and 1 other',
    )
    const first = { ...list, size: 2, entered: ['a/1', 'a/2'], left: [], moved: [] }
    expect(nightLines({ ...NIGHT, lists: [first] })[0]).toBe(
      'astronomy: 2 libraries in the list of 2026-11-21; all new',
    )
  })

  it('the summary of a night counts contexts by engine, shows notes, and lists ten failures on a line each', () => {
    const failed = Array.from({ length: 12 }, (_, index) => ({
      name: `f/${index}`,
      reason: 'NotFound: it is\ngone',
    }))
    const made = [
      { name: 'a/1', why: 'new', engine: 'contextmaker safe', tokens: 5 },
      { name: 'a/2', why: 'new', engine: 'contextmaker safe', tokens: 5 },
      {
        name: 'a/3',
        why: 'new',
        engine: 'static',
        tokens: 5,
        note: 'contextmaker safe: CommandTimedOut: too long',
      },
    ]
    const lines = nightLines({ ...NIGHT, made, failed, waiting: [{ name: 'w/1', reason: '' }] })
    expect(lines.slice(0, 4)).toEqual([
      'contexts made: 3 (contextmaker safe 2, static 1)',
      '  a/3: contextmaker safe: CommandTimedOut: too long',
      'failed: 12',
      '  f/0: NotFound: it is gone',
    ])
    expect(lines.filter((line) => line.startsWith('  f/'))).toHaveLength(10)
    expect(lines.slice(-3)).toEqual([
      '  and 2 others; "./almanac libraries" lists all',
      'failed before, not retried yet: 1 (w/1)',
      'unchanged: 7; 12.3 MB cloned; the night took 3 min 5 s',
    ])
  })
})

describe('one line', () => {
  it('joins several lines into one, and cuts it at a word', () => {
    expect(oneLine('  a\n  b\tc ')).toBe('a b c')
    expect(oneLine('twelve words', 8)).toBe('twelve …')
    expect(oneLine('onlyonelongword', 8)).toBe('onlyonel …')
  })

  it('names the first few of many', () => {
    expect(truncateList(['a', 'b'], 2)).toBe('a, b')
    expect(truncateList(['a', 'b', 'c'], 2)).toBe('a, b and 1 other')
  })
})
