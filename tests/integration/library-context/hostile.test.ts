/**
 * A night in safe mode, as it is shipped, over every hostile repository: nothing of theirs runs, and each gets the context
 * that its good documentation deserves.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
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

/** A benign library with good documentation: the night must reach it wherever it is in the list. */
const KINDS = [...HOSTILE, 'sphinx'] as const

describeSandbox('a night in safe mode over hostile repositories', () => {
  let library: LibraryStack
  let night: Night
  beforeAll(async () => {
    await testVenv()
    library = await startLibraryStack({ libraryContext: sectionOf(KINDS, { mode: 'safe', chains: 4 }) })
    const worker = await library.startWorker()
    night = await library.night()
    await worker.stop()
  })
  afterAll(() => library.stop())

  it('a night of hostile libraries is complete: each has a context and none disturbs another', () => {
    expect(outcomesOf(night.ending)).toMatchObject({ changes: 'complete', contexts: 'complete' })
    expect(night.ending.counts['contexts']).toMatchObject({ written: KINDS.length, rejected: 0, why: [] })
    expect(night.summary.failed).toEqual([])
    expect(night.summary.made).toHaveLength(KINDS.length)
  })

  it.each(KINDS)('makes a context of %s in safe mode, without running anything of it', async (kind) => {
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
})
