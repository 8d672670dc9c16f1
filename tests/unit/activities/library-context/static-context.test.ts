import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { cutTo, tokensOf } from '../../../../activities/library-context/tree/budget.ts'
import { readTree, type SourceTree } from '../../../../activities/library-context/tree/source-tree.ts'
import {
  joinContext,
  MIN_TOKENS,
  staticContext,
} from '../../../../activities/library-context/tree/static-context.ts'
import { treeOf } from './tree-folder.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'
import { runs } from '../../../support/property-runs.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const PLENTY = 1_000_000
const HEAD = {
  name: 'lib',
  fullName: 'Owner/lib',
  commit: 'c0ffee',
  engine: 'static',
  mode: 'static',
  date: '2026-11-21',
}
const make = (tree: SourceTree, maxTokens = PLENTY) => staticContext({ ...HEAD, tree, maxTokens })
const join = (tree: SourceTree, documents: string, maxTokens = PLENTY) =>
  joinContext({ ...HEAD, tree, documents, maxTokens })
/** Words that no other call with another seed says. */
const prose = (seed: string, words: number) =>
  Array.from({ length: words }, (_, at) => `${seed}${at}${at % 12 === 11 ? '\n' : ''}`).join(' ')
const module = (name: string, body = 1) =>
  `"""About ${name}."""\n\ndef ${name}(x):\n    """Does ${name}.\n\n    ${prose(`doc_${name}`, 30)}\n    """\n${`    step_${name}(x)\n`.repeat(body)}`

const small = {
  'README.md': 'what it is',
  'docs/index.md': 'how to begin',
  'examples/tour.py': 'tour()',
  'a.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', source: 'cell()' }] }),
  'pkg/core.py': module('fit'),
  LICENSE: 'terms',
}

describe('a context', () => {
  it('a context begins with its subject, and has the most useful parts first', async () => {
    const { markdown, left, outlined, tokens } = make(await readTree(treeOf(small)))
    expect(markdown.split('\n').slice(0, 6)).toEqual([
      '# lib',
      '',
      '- Repository: https://github.com/Owner/lib',
      '- Commit: c0ffee',
      '- Made by: static, mode static',
      '- Made at: 2026-11-21',
    ])
    const order = ['README.md', 'docs/index.md', 'examples/tour.py', 'a.ipynb', 'pkg/core.py', 'LICENSE']
    expect([...markdown.matchAll(/^### (.*)$/gm)].map(([, path]) => path)).toEqual(order)
    expect({ left, outlined }).toEqual({ left: [], outlined: [] })
    expect(tokens).toBe(tokensOf(markdown))
  })

  it('a context of the same tree is the same', async () => {
    const root = treeOf(small)
    expect(make(await readTree(root), 2_000)).toEqual(make(await readTree(root), 2_000))
  })

  it('a context shows a source whole or by its outline, never both', async () => {
    const tree = await readTree(treeOf({ 'pkg/a.py': module('fit', 10), 'pkg/b.py': module('plot', 1_000) }))
    const whole = make(tree)
    expect(whole.markdown).not.toContain('## Public names')
    const tight = make(tree, 3_000)
    expect(tight.outlined).toEqual(['pkg/b.py'])
    expect(tight.left).toEqual([])
    expect(tight.markdown).toContain('    step_fit(x)')
    expect(tight.markdown).not.toContain('step_plot')
    expect(tight.markdown).toContain('def plot(x):\n    """Does plot.')
    expect(tight.markdown).toContain('Shown by their outline only (1): pkg/b.py')
  })

  it('a context states what was left out for size, bounded, with a count', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `docs/p${String(at).padStart(3, '0')}.md`,
        prose(`w${at}_`, 60),
      ]),
    )
    const { markdown, left } = make(await readTree(treeOf(files)), 5_000)
    expect(left.length).toBeGreaterThan(200)
    const line = markdown.split('\n').find((one) => one.startsWith('Left out for size'))
    expect(line?.startsWith(`Left out for size (${left.length}): docs/p0`)).toBe(true)
    const shown = line?.split(': ')[1]?.split(', ') ?? []
    expect(shown.at(-1)).toBe(`and ${left.length - (shown.length - 1)} more`)
    expect(new Set(left).size).toBe(left.length)
  })

  it('a context keeps room for names and signatures when the documentation has no end', async () => {
    const docs = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`docs/p${at}.md`, prose(`w${at}_`, 200)]),
    )
    const tree = await readTree(
      treeOf({ 'README.md': prose('readme', 20_000), ...docs, 'pkg/core.py': module('fit') }),
    )
    const { markdown, left } = make(tree, 4_000)
    expect(markdown).toContain('def fit(x)')
    expect(markdown).toContain('### docs/')
    expect(markdown).toContain('The rest was cut for size.')
    expect(left[0]).toBe('README.md (its end)')
  })

  it('a context shrinks outlines before it leaves modules out', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`pkg/m${at}.py`, module(`f${at}`)]),
    )
    const tree = await readTree(treeOf(files))
    const { markdown, left, outlined } = make(tree, 2_500)
    expect([...markdown.matchAll(/^def f\d+\(x\)/gm)]).toHaveLength(60)
    expect(outlined.length).toBeGreaterThan(40)
    expect(left).toEqual([])
  })

  it('a context states what was not read, by reason', async () => {
    const tree = await readTree(treeOf({ ...small, 'pkg/tests/test_a.py': '', 'a.png': '', 'b.png': '' }))
    expect(make(tree).markdown).toContain('Not read (3): neither text nor code 2, test 1\n')
  })

  it('a context cannot be broken by fences, open or in the code, or by a path', async () => {
    const tree = await readTree(
      treeOf({
        'README.md': 'read\n```\nnever closed',
        'docs/a.md': '~~~~\ncode\n~~~\nstill code',
        'pkg/a.py': 's = """\n```\n## Sources\n```\n"""\n',
        'pkg/line\n# break`.py': 'x = 1',
      }),
    )
    const { markdown } = make(tree)
    expect(markdown).toContain('never closed\n```\n\n## Documentation')
    expect(markdown).toContain('still code\n~~~~\n\n')
    expect(markdown).toContain('````python\ns = """')
    expect(markdown).toContain('### pkg/line?# break?.py\n')
  })

  it('a context never exceeds its token limit, whatever the tree', async () => {
    const full = await readTree(
      treeOf({
        ...small,
        'README.md': prose('readme', 3_000),
        ...Object.fromEntries(
          Array.from({ length: 90 }, (_, at) => [`docs/${'p'.repeat(at)}${at}.md`, prose(`d${at}`, 50)]),
        ),
        ...Object.fromEntries(
          Array.from({ length: 90 }, (_, at) => [`pkg/${'m'.repeat(at)}.py`, module(`f${at}`, at)]),
        ),
      }),
    )
    const documents = prose('made', 5_000)
    fc.assert(
      fc.property(fc.integer({ min: MIN_TOKENS, max: 60_000 }), (maxTokens) => {
        for (const context of [make(full, maxTokens), join(full, documents, maxTokens)]) {
          expect(context.tokens).toBe(tokensOf(context.markdown))
          expect(context.tokens).toBeLessThanOrEqual(maxTokens)
          expect(context.markdown.startsWith('# lib\n')).toBe(true)
        }
      }),
      runs(12),
    )
  })
})

describe('a context around documents', () => {
  it('a context puts documents first, then names and signatures that they lack', async () => {
    const tree = await readTree(
      treeOf({
        ...small,
        'README.md': prose('readme', 80),
        'pkg/core.py': module('fit', 40),
        'pkg/other.py': module('plot', 40),
      }),
    )
    // Marked up and wrapped anew, as a converter does.
    const documents = `# Made\n\n${prose('readme', 80).replaceAll('\n', '').replaceAll('readme3', '**readme3**')}\n\n\`\`\`\n${module('fit', 40)}\`\`\`\n`
    const { markdown } = join(tree, documents)
    expect(markdown.indexOf('## Documents')).toBeLessThan(markdown.indexOf('## Documentation'))
    const paths = [...markdown.matchAll(/^### (.*)$/gm)].map(([, path]) => path)
    expect(paths).not.toContain('README.md')
    expect(paths).not.toContain('pkg/core.py')
    expect(paths).toContain('pkg/other.py')
    expect(markdown.split('step_fit(x)')).toHaveLength(41)
  })

  it('a context cuts documents that exceed their share, says so, and leaves room for names', async () => {
    const tree = await readTree(treeOf({ 'pkg/core.py': module('fit', 2) }))
    const { markdown, left } = join(tree, prose('made', 50_000), 4_000)
    expect(left).toEqual(['made documents (its end)'])
    expect(markdown).toContain('def fit(x)')
    expect(markdown).toContain('The rest was cut for size.')
    expect(markdown).toContain('made1000')
  })

  it('a context around documents holds nothing that PostgreSQL cannot store', async () => {
    const tree = await readTree(treeOf({ 'README.md': 'x' }))
    expect(join(tree, 'a\u0000b\u001B[1m\uD800c').markdown).toContain('ab[1m\uFFFDc')
  })
})

describe('a cut', () => {
  it('a text is cut at the end of a line if there is one, else in the line', () => {
    expect(cutTo('aaaa\nbbbb\ncccc', 3)).toBe('aaaa\nbbbb')
    expect(cutTo('a'.repeat(100), 3)).toBe('a'.repeat(12))
    expect(cutTo('short', 2)).toBe('short')
    expect(cutTo('text', -1)).toBe('')
  })
})
