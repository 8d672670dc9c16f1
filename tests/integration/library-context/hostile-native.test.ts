/**
 * Nights in native mode over every hostile repository: there its programs really run, in the sandbox. Each is contained,
 * its verdict names what happened, and the night goes on.
 */
// @module-tag long
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SANDBOX_MEMORY_BYTES } from '../../../activities/library-context/contextmaker/memory-guard.ts'
import { MAX_PROCESSES } from '../../../activities/library-context/contextmaker/sandbox.ts'
import type { RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { READ_MARKER, SOCKET_MARKER } from '../../../simulator/library-context/repositories/payloads.ts'
import { describeSandbox, testVenv } from '../../support/library-context/contextmaker.ts'
import {
  attemptAt,
  expectContained,
  expectContext,
  HOSTILE,
  listOnly,
  nameOf,
  peaksWhile,
  reasonsOf,
  sectionOf,
  shownBy,
} from '../../support/library-context/library-nights.ts'
import {
  outcomesOf,
  startLibraryStack,
  type LibraryStack,
  type Night,
} from '../../support/library-context/library-stack.ts'

/** Processes of the sandbox itself: unshare and bubblewrap, inside and outside. */
const OWN_PROCESSES = 4
/** Nothing here ends by itself; long enough that a payload begins on a busy machine. */
const SHORT_SECONDS = 10
const ENDLESS = ['fills-disk', 'forks', 'prints-forever', 'sleeps', 'slow-makefile'] as const
const ENDING = HOSTILE.filter((kind) => !ENDLESS.some((endless) => endless === kind))
/** Whichever is met first: the limit of one process, or that of all together. */
const OUT_OF_MEMORY = /^(?:MemoryError|CommandFailed: contextmaker took more than 1536 MiB of memory)/
/** A process that is just starting another one is counted twice: until then both have one memory. */
const MAX_SEEN_BYTES = 2 * SANDBOX_MEMORY_BYTES
const SECRET = 'of-the-worker-alone'

/**
 * The expected result in native mode for each build that never ends; the last two may reach another limit before the
 * timeout.
 */
const KILLED = 'CommandTimedOut: contextmaker (native mode) did not end within 10 s and was killed.'
const EXPECTED: Record<(typeof ENDLESS)[number], RegExp> = {
  sleeps: exactly(KILLED),
  forks: exactly(KILLED),
  'slow-makefile': exactly(KILLED),
  'prints-forever': /^(?:CommandTimedOut: |CommandFailed: |MemoryError|Sphinx build failed$)/,
  'fills-disk': /^(?:CommandTimedOut: |CommandFailed: |\S*Error|Sphinx build failed$)/,
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[().]/g, String.raw`\$&`)}$`)
}

describeSandbox('a night in native mode over hostile repositories', () => {
  let library: LibraryStack
  beforeAll(async () => {
    process.env['ALMANAC_TEST_SECRET'] = SECRET
    await testVenv()
    library = await startLibraryStack({ libraryContext: sectionOf(HOSTILE, { mode: 'native', chains: 4 }) })
  })
  beforeEach(() => library.reset())
  afterAll(async () => {
    delete process.env['ALMANAC_TEST_SECRET']
    await library.stop()
  })

  const nightOver = async (kinds: readonly RepositoryKind[], seconds: number) => {
    listOnly(library, kinds)
    const worker = await library.startWorker({ libraryContext: { contextmaker_seconds: seconds } })
    try {
      return await peaksWhile(library.night())
    } finally {
      await worker.stop()
    }
  }

  const expectAllMade = async ({ ending, summary }: Night, kinds: readonly RepositoryKind[]) => {
    expect(outcomesOf(ending)['contexts']).toBe('complete')
    expect(summary.made.map(({ name }) => name).toSorted()).toEqual(kinds.map(nameOf).toSorted())
    for (const kind of kinds) await expectContext(library, kind)
  }

  it('hostile builds that end see only the sandbox, and report what broke', async () => {
    const kinds = [...ENDING, 'sphinx'] as const
    const { result, peaks } = await nightOver(kinds, 300)
    await expectAllMade(result, kinds)

    const seen = (await attemptAt(library, 'reads-environment')).markdown ?? ''
    const read = shownBy(seen, READ_MARKER)
    expect(read).toContain('environment HOME=/tmp')
    const own = /^(?:environment |\/proc\/1\/|\/in\/\.git holds |\/tmp holds sphinx_)/
    // The venv is at its own path inside, too: of a clone below /tmp that leaves an empty folder there.
    const [, above = ''] = /^\/tmp\/([^/]+)/.exec(await testVenv()) ?? []
    expect(read.filter((line) => !own.test(line) && line !== `/tmp holds ${above}`)).toEqual([])
    expect(seen.includes(SECRET)).toBe(false)

    const tried = shownBy((await attemptAt(library, 'opens-sockets')).markdown ?? '', SOCKET_MARKER)
    expect(tried).toHaveLength(4)
    expect(tried.filter((line) => !line.includes(' refused: '))).toEqual([])

    for (const kind of kinds.filter((one) => one !== 'fills-memory'))
      expect([kind, reasonsOf(await attemptAt(library, kind), 'native')]).toEqual([kind, 'passed'])
    const full = await attemptAt(library, 'fills-memory')
    expect(full.verdicts.map(({ mode, passed }) => [mode, passed])).toEqual([
      ['native', false],
      ['strip', true],
    ])
    const said = full.verdicts[0]?.reasons[0] ?? ''
    expect(said).toMatch(OUT_OF_MEMORY)
    expect(full.reason).toBe(`contextmaker native: ${said}`)
    expect(peaks.bytes).toBeLessThan(MAX_SEEN_BYTES)
    await expectContained(library)
  })

  it('kills hostile builds that do not end, by name, and makes their contexts without running them', async () => {
    const kinds = [...ENDLESS, 'sphinx'] as const
    const { result, peaks } = await nightOver(kinds, SHORT_SECONDS)
    await expectAllMade(result, kinds)
    for (const kind of ENDLESS) {
      const attempt = await attemptAt(library, kind)
      expect(attempt.verdicts[0], kind).toMatchObject({
        engine: 'contextmaker',
        mode: 'native',
        passed: false,
      })
      expect(attempt.verdicts[0]?.reasons[0]).toMatch(EXPECTED[kind])
      expect(attempt.mode).not.toBe('native')
      const note = result.summary.made.find(({ name }) => name === nameOf(kind))?.note ?? ''
      expect(note.startsWith('contextmaker native: '), note).toBe(true)
      expect(result.ending.counts['contexts']?.why).toContain(`${nameOf(kind)}: ${note}`)
    }
    expect(peaks.bytes).toBeLessThan(MAX_SEEN_BYTES)
    expect(peaks.processes).toBeLessThanOrEqual(MAX_PROCESSES + OWN_PROCESSES)
    await expectContained(library)
  })
})
