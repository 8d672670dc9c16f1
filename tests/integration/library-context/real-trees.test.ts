/** The real contextmaker on real libraries: source distributions from the package index, read as a night reads a clone. */
// @module-tag long
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createContextmaker,
  type Contextmaker,
} from '../../../activities/library-context/contextmaker/contextmaker.ts'
import { judge } from '../../../activities/library-context/quality-gate.ts'
import { publicSymbols, sourceWords } from '../../../activities/library-context/tree/public-symbols.ts'
import { readTree, type SourceTree } from '../../../activities/library-context/tree/source-tree.ts'
import { joinContext, staticContext } from '../../../activities/library-context/tree/static-context.ts'
import { describeSandbox, inText, testVenv } from '../../support/library-context/contextmaker.ts'

/** Small ones with documentation in their source distribution. */
const LIBRARIES = ['emcee==3.1.6', 'corner==2.2.3', 'astroplan==0.10.1']
const MAX_TOKENS = 100_000

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'almanac-trees-'))
let contextmaker: Contextmaker

/** The folder of an unpacked library, and its measures for the gate. */
async function library(requirement: string) {
  const root = join(folder, requirement.replace('==', '-'))
  const tree = await readTree(root)
  const measured = {
    readme: tree.readme?.text ?? '',
    symbols: publicSymbols(tree),
    sourceWords: sourceWords(tree),
  }
  return { root, tree, measured, name: requirement.split('==')[0] ?? '' }
}

const requestOf = (name: string, tree: SourceTree) => ({
  tree,
  name,
  fullName: `real/${name}`,
  commit: '0'.repeat(40),
  engine: 'contextmaker',
  mode: 'safe',
  date: '2026-11-21',
  maxTokens: MAX_TOKENS,
})

describeSandbox('real libraries', () => {
  beforeAll(async () => {
    contextmaker = createContextmaker({ venv: await testVenv() })
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-binary', ':all:']
    for (const library of LIBRARIES)
      await run('python3', ['-m', 'pip', 'download', ...options, '--dest', folder, library])
    for (const archive of readdirSync(folder)) {
      const target = join(folder, archive.replace('.tar.gz', ''))
      await run('mkdir', [target])
      await run('tar', [
        '-xzf',
        join(folder, archive),
        '-C',
        target,
        '--strip-components=1',
        '--no-same-owner',
      ])
    }
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  describe.each(LIBRARIES)('%s', (requirement) => {
    it('a recorded tree gives a text that passes the gate, in safe or else in strip mode, within its size', async () => {
      const { root, tree, measured, name } = await library(requirement)
      let documents: string | undefined
      for (const mode of ['safe', 'strip'] as const) {
        const { signal } = new AbortController()
        const { markdown, log } = inText(await contextmaker.make({ tree: root, name, mode, signal }))
        if (!judge({ markdown, log, ...measured }).passed) continue
        documents = markdown
        break
      }
      if (documents === undefined) throw new Error('no mode gave a text that passes the gate')
      const { tokens, markdown } = joinContext({ ...requestOf(name, tree), documents })
      expect(tokens).toBeLessThanOrEqual(MAX_TOKENS)
      expect(markdown).toContain(`# ${name}`)
    })

    it('a recorded tree passes the gate with the static reader too, which names nearly every public name', async () => {
      const { tree, measured, name } = await library(requirement)
      const { markdown } = staticContext(requestOf(name, tree))
      const { passed, measures } = judge({ markdown, ...measured })
      expect(passed).toBe(true)
      expect(measures.symbolsMentioned / measures.symbols).toBeGreaterThan(0.9)
    })

    it('rejects a copy of the README of a recorded tree as a context', async () => {
      const { measured } = await library(requirement)
      expect(judge({ markdown: measured.readme, ...measured }).passed).toBe(false)
    })
  })
})
