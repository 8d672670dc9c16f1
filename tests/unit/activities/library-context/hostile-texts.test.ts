/** Texts made to be slow take no longer than others of their size: each of these would take minutes if it were squared. */
import { describe, expect, it, vi } from 'vitest'
import { measureText } from '../../../../activities/library-context/gate-measures.ts'
import { fenced } from '../../../../activities/library-context/tree/document-text.ts'
import { outlineOf } from '../../../../activities/library-context/tree/python-outline.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const KB = 1_024
const never = new AbortController().signal

describe('a text made to be slow', () => {
  it('compares each line with a long README by its words', () => {
    const readme = 'ab '.repeat((256 * KB) / 3)
    const measured = measureText('zz\nab zz\nab ab\nab\n'.repeat(40_000), readme)
    expect(measured.words - measured.wordsBeyondReadme).toBe(3 * 40_000)
  })

  const readsNames = async (count: number) => {
    const text = `__all__ = []\n${"__all__+=['n']\n".repeat(count)}def n(): pass\n`
    const outline = await outlineOf(text, never)
    expect(outline?.exported).toHaveLength(count)
    expect(outline?.members).toHaveLength(1)
  }

  it('reads a list of names that grows one by one', () => readsNames(2_000))

  it('reads a long list of names that grows one by one', { tags: 'long' }, () => readsNames(100_000))

  const readsDefinitions = async (count: number) => {
    const text = `if True:\n${Array.from({ length: count }, (_, at) => ` a${at}:b\n`).join('')}`
    expect((await outlineOf(text, never))?.members).toHaveLength(count)
  }

  it('reads many definitions in a branch', () => readsDefinitions(2_000))

  it('reads more definitions in a branch than a call can have arguments', { tags: 'long' }, () =>
    readsDefinitions(140_000),
  )

  it('finds a fence for code with more fences than a call can have arguments', () => {
    const code = '``` '.repeat(150_000)
    expect(fenced(`${code}\`\`\`\`\``, 'text')).toMatch(/^`{6}text\n/)
  })
})
