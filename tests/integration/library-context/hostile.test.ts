/**
 * Nights in safe mode, as it is shipped, over hostile repositories: nothing of theirs runs, and each gets the context that
 * its good documentation deserves.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { READ_MARKER, SOCKET_MARKER } from '../../../simulator/library-context/repositories/payloads.ts'
import { describeSandbox, testVenv } from '../../support/library-context/contextmaker.ts'
import {
  attemptAt,
  expectContained,
  expectContext,
  HOSTILE,
  markersIn,
  plantMarker,
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

/** One of each place from which a program could run: its Sphinx configuration, its Makefile, that of its notebooks. */
const ONE_OF_EACH = ['writes-outside', 'slow-makefile', 'jupytext-config'] as const
/** All of these run from the Sphinx configuration, which safe mode replaces: a build of each takes a second and a half. */
const OTHERS = HOSTILE.filter((kind) => !ONE_OF_EACH.some((one) => one === kind))
/** A benign library with good documentation: the night must reach it wherever it is in the list. */
const BENIGN = 'sphinx'

describeSandbox('a night in safe mode over hostile repositories', () => {
  describe('of each place from which a program could run', () => {
    testNightOver([...ONE_OF_EACH, BENIGN])
  })
  describe('of every other kind', { tags: 'long' }, () => {
    testNightOver([...OTHERS, BENIGN])
  })
})

function testNightOver(kinds: readonly RepositoryKind[]): void {
  let library: LibraryStack
  let night: Night
  beforeAll(async () => {
    await testVenv()
    library = await startLibraryStack({ libraryContext: sectionOf(kinds, { mode: 'safe', chains: 4 }) })
    const worker = await library.startWorker()
    night = await library.night()
    await worker.stop()
  })
  afterAll(() => library.stop())

  it('a night of hostile libraries is complete: each has a context and none disturbs another', () => {
    expect(outcomesOf(night.ending)).toMatchObject({ changes: 'complete', contexts: 'complete' })
    expect(night.ending.counts['contexts']).toMatchObject({ written: kinds.length, rejected: 0, why: [] })
    expect(night.summary.failed).toEqual([])
    expect(night.summary.made).toHaveLength(kinds.length)
  })

  it.each(kinds)('makes a context of %s in safe mode, without running anything of it', async (kind) => {
    const text = await expectContext(library, kind)
    expect(reasonsOf(await attemptAt(library, kind), 'safe')).toBe('passed')
    for (const marker of [READ_MARKER, SOCKET_MARKER]) expect(shownBy(text, marker)).toEqual([])
  })

  it('a night of hostile libraries leaves no file and no process, and contacts no one', async () => {
    await expectContained(library)
  })

  it('detects a file that a payload left', () => {
    const planted = plantMarker(library.stack.config.dataDir)
    expect(markersIn(library.stack.config.dataDir, true)).toEqual([planted.path])
    planted.remove()
  })
}
