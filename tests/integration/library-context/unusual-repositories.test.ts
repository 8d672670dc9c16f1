/**
 * Unusual repositories over several nights: the result of each, its retries, and that nothing escapes a clone. Three
 * nights: the first, another at once, and one a day later. What is odd in most of them is the clone, so the static engine
 * makes their contexts; one night each is about contextmaker.
 */
import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import type { RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { describeSandbox, testVenv } from '../../support/library-context/contextmaker.ts'
import {
  attemptAt,
  DOMAIN,
  expectContained,
  expectContext,
  nameOf,
  reasonsOf,
  sectionOf,
  type AttemptSeen,
} from '../../support/library-context/library-nights.ts'
import {
  startLibraryStack,
  withoutBubblewrap,
  type LibraryStack,
  type Night,
} from '../../support/library-context/library-stack.ts'

const GOOD = ['symlinks', 'submodules', 'hook', 'lfs', 'docs-only', 'notebooks'] as const
const FAILING = ['empty', 'huge', 'title-only'] as const
/** What contextmaker makes no text of that passes. */
const UNREADABLE = ['broken-docs', 'title-only'] as const
/** Ten times an ordinary repository here; the huge one has sixty. */
const MAX_CLONE_MB = 3
/** A day, and two, less three hours of slack. */
const [AFTER_ONE_MS, AFTER_TWO_MS] = [21 * HOUR_MS, 45 * HOUR_MS]

const reasonOf: Record<(typeof FAILING)[number], string> = {
  empty: `NotFound: ${nameOf('empty')} is empty: it has no commit on its default branch.`,
  huge: `CommandFailed: The clone of ${nameOf('huge')} is larger than ${MAX_CLONE_MB} MB; it was stopped.`,
  'title-only': '',
}

describe('three nights over odd repositories', () => {
  let library: LibraryStack
  const nights: Night[] = []
  const first = new Map<RepositoryKind, AttemptSeen>()
  const third = new Map<RepositoryKind, AttemptSeen>()
  let clonedByTheSecond = 0

  beforeAll(async () => {
    const section = sectionOf([...GOOD, ...FAILING], { chains: 4, max_clone_mb: MAX_CLONE_MB })
    library = await startLibraryStack({ libraryContext: section })
    const worker = await library.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
    nights.push(await library.night())
    for (const kind of [...GOOD, ...FAILING]) first.set(kind, await attemptAt(library, kind))
    library.stack.simulator.requests.clear()
    nights.push(await library.night())
    clonedByTheSecond = await attemptsOf(nights[1]?.runId)
    await library.passDays(1)
    nights.push(await library.night())
    for (const kind of FAILING) third.set(kind, await attemptAt(library, kind))
    await worker.stop()
  })
  afterAll(() => library.stop())

  async function attemptsOf(runId = ''): Promise<number> {
    const rows = await library.stack.database.select(
      sql`select library from library_attempts where run_id = ${runId}`,
    )
    return rows.length
  }

  it.each(GOOD)('%s gets a context that passes the gate', async (kind) => {
    expect((await expectContext(library, kind)).length).toBeGreaterThan(1_000)
    expect(first.get(kind)).toMatchObject({ outcome: 'made', failures: 0, next_try_at: null })
  })

  it('a link in a repository exposes no file of this machine', async () => {
    const text = await expectContext(library, 'symlinks')
    const [firstUser = ''] = readFileSync('/etc/passwd', 'utf8').split('\n')
    expect(firstUser).toContain(':')
    expect(text.includes(firstUser)).toBe(false)
  })

  it('does not download large files that lie elsewhere', async () => {
    const text = await expectContext(library, 'lfs')
    expect(text.includes('oid sha256:0123456789abcdef')).toBe(false)
  })

  it.each(['empty', 'huge'] as const)('%s fails with its reason, and has no context', (kind) => {
    const attempt = first.get(kind)
    expect(attempt).toMatchObject({ outcome: 'failed', reason: reasonOf[kind], failures: 1, markdown: null })
    expect(library.published.entry(DOMAIN, nameOf(kind))).toMatchObject({
      hasContextFile: false,
      contextFileName: '',
    })
    expect(nights[0]?.summary.failed).toContainEqual({ name: nameOf(kind), reason: reasonOf[kind] })
  })

  it('a text that holds only a name is "title-only", never a context', () => {
    const attempt = first.get('title-only')
    expect(attempt).toMatchObject({ outcome: 'title-only', failures: 1, markdown: null })
    expect(attempt && reasonsOf(attempt, null)).toContain('words, at least')
    expect(library.published.entry(DOMAIN, nameOf('title-only'))?.hasContextFile).toBe(false)
    expect(nights[0]?.ending.counts['contexts']).toMatchObject({ rejected: 1 })
  })

  it('a second night on the same day retries no failed library, and says why', () => {
    expect(clonedByTheSecond).toBe(0)
    expect(nights[1]?.ending.counts['changes']).toMatchObject({ outcome: 'complete', written: 0 })
    expect(nights[1]?.summary).toMatchObject({ made: [], failed: [], unchanged: GOOD.length })
    const waiting = nights[1]?.summary.waiting.map(({ name }) => name) ?? []
    expect(waiting.toSorted()).toEqual(FAILING.map(nameOf).toSorted())
    for (const kind of ['empty', 'huge'] as const)
      expect(nights[1]?.summary.waiting).toContainEqual({ name: nameOf(kind), reason: reasonOf[kind] })
  })

  it.each(FAILING)('%s is retried a day later, and then with twice the retry budget', (kind) => {
    const [one, two] = [first.get(kind), third.get(kind)]
    expect([one?.failures, two?.failures]).toEqual([1, 2])
    expect(retryBudgetMs(one)).toBe(AFTER_ONE_MS)
    expect(retryBudgetMs(two)).toBe(AFTER_TWO_MS)
    expect(two?.why).toBe('failed before')
    expect(nights[2]?.summary).toMatchObject({ made: [], unchanged: GOOD.length, waiting: [] })
  })

  it('odd repositories leave nothing on this machine: no hook, submodule or filter ran', async () => {
    await expectContained(library)
  })
})

/** A night over these by the real contextmaker, as it is shipped. */
function contextmakerNight(kinds: readonly RepositoryKind[]): () => LibraryStack {
  let library: LibraryStack
  beforeAll(async () => {
    await testVenv()
    library = await startLibraryStack({ libraryContext: sectionOf(kinds, { chains: 4 }) })
    const worker = await library.startWorker()
    await library.night()
    await worker.stop()
  })
  afterAll(() => library.stop())
  return () => library
}

describeSandbox('contextmaker over odd repositories', () => {
  describe('without good documentation', { tags: 'long' }, () => {
    const library = contextmakerNight(UNREADABLE)

    it('names documentation that does not build, and uses the sources instead', async () => {
      const { verdicts, reason, mode } = await attemptAt(library(), 'broken-docs')
      expect(verdicts[0]).toMatchObject({ engine: 'contextmaker', mode: 'safe', passed: false })
      expect(reason?.startsWith('contextmaker safe: '), String(reason)).toBe(true)
      expect(mode).not.toBe('safe')
      expect((await expectContext(library(), 'broken-docs')).length).toBeGreaterThan(1_000)
    })

    it('a title is refused in each mode of contextmaker, and by the static engine', async () => {
      const { outcome, verdicts } = await attemptAt(library(), 'title-only')
      expect(outcome).toBe('title-only')
      expect(verdicts.map(({ engine, mode, passed }) => [engine, mode, passed])).toEqual([
        ['contextmaker', 'safe', false],
        ['contextmaker', 'strip', false],
        ['static', null, false],
      ])
      expect(library().published.entry(DOMAIN, nameOf('title-only'))?.hasContextFile).toBe(false)
    })

    it('documentation that does not build leaves nothing on this machine', async () => {
      await expectContained(library())
    })
  })

  describe('with good documentation', { tags: 'long' }, () => {
    const library = contextmakerNight([...GOOD, 'sphinx'])

    it.each([...GOOD, 'sphinx'] as const)(
      'with contextmaker at hand, %s gets a context that passes the gate',
      async (kind) => {
        expect((await expectContext(library(), kind)).length).toBeGreaterThan(1_000)
        expect(await attemptAt(library(), kind)).toMatchObject({ outcome: 'made', failures: 0 })
      },
    )

    it('contextmaker exposes no file of this machine by a link, and no large file that lies elsewhere', async () => {
      const [firstUser = ''] = readFileSync('/etc/passwd', 'utf8').split('\n')
      expect(await expectContext(library(), 'symlinks')).not.toContain(firstUser)
      expect(await expectContext(library(), 'lfs')).not.toContain('oid sha256:0123456789abcdef')
    })

    it('contextmaker leaves nothing of odd repositories on this machine', async () => {
      await expectContained(library())
    })
  })
})

function retryBudgetMs(attempt: AttemptSeen | undefined): number {
  return Date.parse(attempt?.next_try_at ?? '') - Date.parse(attempt?.tried_at ?? '')
}
