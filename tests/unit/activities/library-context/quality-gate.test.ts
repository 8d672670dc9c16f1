import { describe, expect, it } from 'vitest'
import { judge, type GateInput } from '../../../../activities/library-context/quality-gate.ts'
import { publicSymbols, sourceWords } from '../../../../activities/library-context/tree/public-symbols.ts'
import { readTree } from '../../../../activities/library-context/tree/source-tree.ts'
import { staticContext } from '../../../../activities/library-context/tree/static-context.ts'
import { treeOf } from './tree-folder.ts'
import { sentence } from '../../../../wording/sentence.ts'

const words = (seed: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${seed}${at}`).join(' ')
const SYMBOLS = Array.from({ length: 8 }, (_, at) => `symbol_${at}`)
const CODE = '```python\nx = run()\n```\n\ntext between\n\n```\ny = run()\n```\n'
const GOOD = `${words('fresh', 250)}\n\nsymbol_0 and symbol_1\n\n${CODE}`
const verdict = (input: Partial<GateInput>) =>
  judge({ markdown: GOOD, readme: words('readme', 300), symbols: SYMBOLS, sourceWords: 5_000, ...input })
const reasons = (input: Partial<GateInput>) => verdict(input).reasons.map((reason) => sentence(reason))

describe('the quality gate', () => {
  it('the gate passes a text with its own words, names and code, and reports its measures', () => {
    expect(verdict({})).toEqual({
      passed: true,
      reasons: [],
      measures: { words: 259, wordsBeyondReadme: 259, symbols: 8, symbolsMentioned: 2, codeBlocks: 2 },
    })
  })

  it.each([
    [
      '199 words',
      { markdown: `${words('w', 186)} symbol_0 symbol_1\n${CODE}` },
      '194 words, at least 200 required',
    ],
    [
      'words of the README',
      { markdown: `${words('readme', 150)}\n\n${words('w', 100)} symbol_0 symbol_1\n${CODE}` },
      '108 words beyond the README, at least 120 required',
    ],
    [
      'one name of eight',
      { markdown: GOOD.replace('symbol_1', 'other') },
      '1 public name beyond the README, at least 2 required',
    ],
    [
      'one block of code',
      { markdown: GOOD.replace('```\ny = run()\n```', 'y') },
      '1 block of code, at least 2 required',
    ],
  ])('the gate rejects %s', (_, input, reason) => {
    expect(reasons(input)).toEqual([reason])
  })

  it('the gate requires a quarter of the names, at least one and at most ten', () => {
    const asked = (count: number) => {
      const symbols = Array.from({ length: count }, (_, at) => `never_${at}`)
      return /at least (\d+)/.exec(reasons({ symbols })[0] ?? '')?.[1]
    }
    expect([1, 4, 5, 40, 41, 5_000].map(asked)).toEqual(['1', '1', '2', '10', '10', '10'])
  })

  it('the gate rejects a title alone, a README alone, and a README with other wrapping and markup', () => {
    const readme = Array.from(
      { length: 60 },
      (_, at) => `The ${at}th line says symbol_${at % 8} and word${at}.`,
    ).join('\n')
    const wrapped = readme
      .replaceAll('\n', ' ')
      .replaceAll(/\b(word\d)\b/g, '**$1**')
      .replaceAll('_', '\\_')
    const rewrapped = wrapped.replaceAll(/(.{0,150}) /g, '$1\n')
    const title = '# - lib | Complete Documentation -\n'
    for (const markdown of ['', title, title + readme, title + rewrapped, `${title}${readme}\n${readme}`]) {
      const { passed, measures } = verdict({ markdown, readme })
      expect([passed, measures.wordsBeyondReadme, measures.symbolsMentioned]).toEqual([false, 0, 0])
    }
  })

  it('does not count navigation, badges, addresses, titles and what a context says about itself', () => {
    const boilerplate = [
      '# - lib | Complete Documentation -',
      '## A heading of many words that nobody wrote as text',
      '### Navigation',
      '  * [index](genindex.html "General Index")',
      '  * [next](page.html "Next Page") |',
      'Quick search',
      '(C) Copyright 2024, somebody. Created using [Sphinx](https://www.sphinx-doc.org/) 9.0.4.',
      '[![Badge](https://img.example/badge.svg)](https://ci.example/build)',
      '.. image:: https://img.example/a.svg',
      '    :target: https://img.example/a',
      '----------',
      'https://example.org/a/very/long/address',
      '- Repository: https://github.com/a/b',
      '- Made by: static, mode static',
      'Left out for size (3): one.md, two.md, three.md',
      'Not read (12): test 12',
    ].join('\n')
    expect(verdict({ markdown: boilerplate }).measures).toEqual({
      words: 0,
      wordsBeyondReadme: 0,
      symbols: 8,
      symbolsMentioned: 0,
      codeBlocks: 0,
    })
    expect(verdict({ markdown: 'See [the text](https://example.org/symbol_0).' }).measures).toMatchObject({
      words: 3,
      symbolsMentioned: 0,
    })
  })

  it('counts code that is fenced, indented or at a prompt, and none of it twice or in the README', () => {
    const of = (markdown: string, readme = '') => verdict({ markdown, readme }).measures.codeBlocks
    expect(of('~~~\na = 1\n```\nb = 2\n~~~\n')).toBe(1)
    expect(of('```\n```\n')).toBe(0)
    expect(of('text\n\n    a = f(1)\n    b = f(2)\n    c = f(3)\n\n    - an item\n')).toBe(1)
    expect(of('>>> a\n>>> b\nc\n')).toBe(2)
    expect(of('```\nimport this_thing\n```\n', 'import this_thing\n')).toBe(0)
    // A fence that is never closed is one block.
    expect(of('```\na = 1\n\nb = 2\n')).toBe(1)
  })

  it('finds names whose underscores a converter has escaped, and only whole names', () => {
    const mentioned = (text: string) =>
      verdict({ markdown: text, symbols: ['compute_mean'] }).measures.symbolsMentioned
    expect(mentioned('Call compute\\_mean(x).')).toBe(1)
    expect(mentioned('Call `lib.compute_mean`.')).toBe(1)
    expect(mentioned('### compute_mean')).toBe(1)
    expect(mentioned('Call compute_mean_of.')).toBe(0)
  })

  it('the gate judges a library without names by its words alone', () => {
    expect(reasons({ symbols: [], sourceWords: 0, markdown: words('fresh', 200) })).toEqual([])
    expect(reasons({ symbols: [], sourceWords: 0, markdown: words('fresh', 199) })).toHaveLength(1)
    expect(reasons({ symbols: [], sourceWords: 0, markdown: words('readme', 300) })).toHaveLength(1)
  })

  it('the gate judges a tiny library by its names alone', () => {
    const tiny = {
      symbols: ['one', 'two', 'three', 'four', 'five'],
      sourceWords: 499,
      readme: 'one two three four five',
    }
    expect(reasons({ ...tiny, markdown: '`one()` `two()` `three()`, `four()`' })).toHaveLength(1)
    expect(
      reasons({
        ...tiny,
        markdown: 'def one(a): pass\ndef two(b): pass\ndef three(c): pass\ndef four(d): pass',
      }),
    ).toEqual([])
    expect(reasons({ ...tiny, markdown: 'def one(a): pass\ndef two(b): pass\ndef three(c): pass' })).toEqual([
      '3 public names beyond the README, at least 4 required',
    ])
    expect(reasons({ ...tiny, markdown: tiny.readme })).toHaveLength(1)
    expect(reasons({ ...tiny, sourceWords: 500, markdown: 'def one(a): pass' })).toHaveLength(4)
  })

  it('the gate rejects notes of contextmaker about itself, and not those of a library about its files', () => {
    expect(reasons({ markdown: `${GOOD}\nNo README or documentation files found.\n` })).toHaveLength(1)
    expect(reasons({ markdown: `${GOOD}\n*[Content could not be read: [Errno 13]]*\n` })).toHaveLength(1)
    expect(reasons({ markdown: `${GOOD}\n[Notebook content could not be read: a.md]\n` })).toHaveLength(1)
    expect(reasons({ markdown: `${GOOD}\nraise OSError("The file could not be read")\n` })).toEqual([])
  })

  it('the gate rejects a log without a mode, if there is a log', () => {
    expect(reasons({ log: 'Conversion successful! Mode: sphinx, Output: a.md' })).toEqual([])
    expect(reasons({ log: '' })).toEqual(['the log names no mode: the engine did not end'])
  })
})

describe('a context of our own engine', () => {
  const judged = async (files: Record<string, string>) => {
    const tree = await readTree(treeOf(files))
    const { markdown } = staticContext({
      name: 'lib',
      fullName: 'Owner/lib',
      commit: 'c0ffee',
      engine: 'static',
      mode: 'static',
      date: '2026-11-21',
      tree,
      maxTokens: 100_000,
    })
    const readme = tree.readme?.text ?? ''
    return judge({ markdown, readme, symbols: publicSymbols(tree), sourceWords: sourceWords(tree) })
  }
  const readme = `# lib\n\n${words('about', 400)}\n\n${CODE}`

  it('our own context of a README and nothing else does not pass', async () => {
    const { passed, measures } = await judged({ 'README.md': readme, 'a.png': '', '.gitignore': '' })
    expect([passed, measures.wordsBeyondReadme]).toEqual([false, 0])
  })

  it('our own context of a README with a licence and a change log does not pass', async () => {
    const { passed, measures } = await judged({
      'README.md': readme,
      LICENSE: words('licence', 500),
      'CHANGELOG.md': words('change', 500),
      'docs/changelog/1.0.rst': words('older', 500),
    })
    expect([passed, measures.wordsBeyondReadme]).toEqual([false, 0])
  })

  it('our own context of an empty tree does not pass', async () => {
    expect((await judged({ 'a.bin': '\0' })).passed).toBe(false)
  })

  it('our own context of a package, a tiny one, and of documents alone passes', async () => {
    const body = Array.from(
      { length: 40 },
      (_, at) => `def f${at}(x):\n    """${words(`d${at}_`, 20)}"""\n`,
    ).join('\n')
    expect(
      (await judged({ 'README.md': readme, 'lib/a.py': body, 'lib/b.py': 'def g(): pass\n' })).reasons,
    ).toEqual([])
    expect((await judged({ 'README.md': 'one', 'a.py': 'def only(x):\n    return x\n' })).reasons).toEqual([])
    expect((await judged({ 'README.md': 'one', 'docs/a.md': words('page', 300) })).reasons).toEqual([])
  })
})
