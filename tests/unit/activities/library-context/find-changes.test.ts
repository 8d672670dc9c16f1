import { describe, expect, it } from 'vitest'
import {
  afterAsking,
  beforeAsking,
  decideAll,
  readMsOf,
  type Decision,
} from '../../../../activities/library-context/find-changes.ts'
import type { ActivityContext } from '../../../../activities/library-context/activity-context.ts'
import type { ListedLibrary } from '../../../../db/queries/library-context/contexts.ts'
import { Failure } from '../../../../core/failures.ts'
import { sentence } from '../../../../wording/sentence.ts'

const now = new Date('2026-11-21T02:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)

/** A library; by default with a context made from `c0ffee`. */
const library = (own: Partial<ListedLibrary> = {}): ListedLibrary => ({
  library: 'o/lib',
  name: 'O/Lib',
  pushedAt: daysAgo(1),
  commit: 'c0ffee',
  hasContext: true,
  lacksContextmaker: false,
  failures: 0,
  nextTryAt: null,
  reason: null,
  triedBy: null,
  ...own,
})
const without = (own: Partial<ListedLibrary> = {}) => library({ commit: null, hasContext: false, ...own })

/** A decision with the sentence of its reason. */
const inWords = (decision: Decision | undefined) =>
  decision !== undefined && 'skip' in decision ? { ...decision, skip: sentence(decision.skip) } : decision

describe('without a request, a library', () => {
  it.each([
    ['that never had a context is new', without(), false, { todo: 'new' }],
    ['that failed is retried', without({ reason: 'DiskFull: …' }), false, { todo: 'failed before' }],
    [
      'that failed is retried when its time has come',
      without({ failures: 1, nextTryAt: now, reason: 'NotFound: gone' }),
      false,
      { todo: 'failed before' },
    ],
    [
      'that failed waits until then, and says why',
      without({ failures: 1, nextTryAt: new Date('2026-11-22T01:00:00Z'), reason: 'NotFound: gone' }),
      false,
      { skip: 'failed once (NotFound: gone), retried on 2026-11-22' },
    ],
    [
      'with a context whose next one failed waits too',
      library({ failures: 3, nextTryAt: new Date('2026-11-25T01:00:00Z'), reason: 'too short' }),
      false,
      { skip: 'failed 3 times (too short), retried on 2026-11-25' },
    ],
    [
      'that waits is made with force',
      without({ failures: 3, nextTryAt: new Date('2026-11-25T01:00:00Z'), reason: 'too short' }),
      true,
      { todo: 'forced' },
    ],
    ['that is up to date is made with force', library(), true, { todo: 'forced' }],
    ['with a context must be requested', library(), false, undefined],
  ] as const)('without a request, a library %s', (_, one, isForced, decision) => {
    expect(inWords(beforeAsking(one, isForced, now))).toEqual(decision)
  })
})

describe('by its newest commit, a library', () => {
  it.each([
    ['at the commit of its context is skipped', library(), 'c0ffee', undefined, { skip: 'unchanged' }],
    ['at another commit is made', library(), 'decade', undefined, { todo: 'changed' }],
    [
      'that changed long ago is still made',
      library({ pushedAt: daysAgo(400) }),
      'decade',
      undefined,
      { todo: 'changed' },
    ],
    [
      'with an imported context, without a known commit, is made',
      library({ commit: null }),
      'decade',
      undefined,
      { todo: 'changed' },
    ],
    [
      'that is empty now keeps its context, and is reported',
      library(),
      undefined,
      undefined,
      { skip: 'the repository is empty now; the context stays', isTrouble: true },
    ],
    [
      'that is empty now is reported with an imported context too',
      library({ commit: null }),
      undefined,
      undefined,
      { skip: 'the repository is empty now; the context stays', isTrouble: true },
    ],
    [
      'that changed within the configured days is made',
      library({ pushedAt: daysAgo(30) }),
      'decade',
      30,
      { todo: 'changed' },
    ],
    [
      'that changed earlier is skipped',
      library({ pushedAt: daysAgo(31) }),
      'decade',
      30,
      { skip: 'changed, but not within the last 30 days' },
    ],
    [
      'without a known time of the change is made',
      library({ pushedAt: null }),
      'decade',
      30,
      { todo: 'changed' },
    ],
  ] as const)('by its newest commit, a library %s', (_, one, head, withinDays, decision) => {
    expect(inWords(afterAsking(one, head, { withinDays, now, isReady: true }))).toEqual(decision)
  })
})

describe('the time for reading a library', () => {
  it.each([1, 300])(
    'the time for reading at %d s per mode covers both modes and the whole wait for the database',
    (seconds) => {
      const retryBudgetMs = 600_000
      const given = {
        settings: { contextmaker_seconds: seconds, chains: 2 },
        retryBudgetMs: retryBudgetMs,
      } as unknown as ActivityContext
      expect(readMsOf(given)).toBeGreaterThan(2 * seconds * 1000 + retryBudgetMs)
    },
  )
})

describe('of a batch', () => {
  /** A git host with these heads; a failure if there is none. */
  function context(heads: Record<string, string>) {
    const asked: string[] = []
    const head = (name: string) => {
      asked.push(name)
      const found = heads[name]
      return found === undefined
        ? Promise.reject(new Failure('UpstreamUnavailable', `${name}: no answer.`))
        : Promise.resolve(found)
    }
    const signal = new AbortController().signal
    const given = { git: { head }, signal, clock: () => now, settings: {} } as unknown as ActivityContext
    return { given, asked }
  }

  it('requests only the libraries of a batch whose context could be old, and keeps the order of decisions', async () => {
    const { given, asked } = context({ 'O/Same': 'c0ffee', 'O/Moved': 'decade' })
    const batch = [
      library({ name: 'O/Same' }),
      without({ name: 'O/New' }),
      library({ name: 'O/Moved' }),
      without({ name: 'O/Waits', failures: 1, nextTryAt: daysAgo(-1), reason: 'x' }),
    ]
    const decisions = await decideAll(given, batch, false)
    expect(decisions.map(({ library: { name } }) => name)).toEqual(batch.map(({ name }) => name))
    expect(decisions.map(({ decision }) => ('todo' in decision ? decision.todo : 'skip'))).toEqual([
      'skip',
      'new',
      'changed',
      'skip',
    ])
    expect(asked.toSorted()).toEqual(['O/Moved', 'O/Same'])
  })

  it.each([
    [true, 'contextmaker works again', 'skip'],
    [false, 'skip', 'skip'],
  ])(
    'makes contexts of the built-in reader anew once contextmaker is ready (%s)',
    async (ok, lacking, other) => {
      const { given } = context({ 'O/Lib': 'c0ffee' })
      const contextmaker = { ready: () => Promise.resolve({ ok }) }
      const decisions = await decideAll(
        { ...given, contextmaker } as unknown as ActivityContext,
        [library({ lacksContextmaker: true }), library()],
        false,
      )
      expect(decisions.map(({ decision }) => ('todo' in decision ? decision.todo : 'skip'))).toEqual([
        lacking,
        other,
      ])
    },
  )

  it('requests no library of a batch with force', async () => {
    const { given, asked } = context({})
    const decisions = await decideAll(given, [library(), without()], true)
    expect(decisions.map(({ decision }) => decision)).toEqual([{ todo: 'forced' }, { todo: 'forced' }])
    expect(asked).toEqual([])
  })

  it('reports a library that does not respond, and decides the others', async () => {
    const { given } = context({ 'O/Moved': 'decade' })
    const decisions = await decideAll(
      given,
      [library({ name: 'O/Away' }), library({ name: 'O/Moved' })],
      false,
    )
    expect(decisions.map(({ decision }) => inWords(decision))).toEqual([
      { skip: 'UpstreamUnavailable: O/Away: no answer.', isTrouble: true },
      { todo: 'changed' },
    ])
  })

  it('does not treat a defect as a response', async () => {
    const { given } = context({})
    const broken = {
      ...given,
      git: { head: () => Promise.reject(new TypeError('x')) },
    } as unknown as ActivityContext
    await expect(decideAll(broken, [library()], false)).rejects.toThrow(TypeError)
  })
})
