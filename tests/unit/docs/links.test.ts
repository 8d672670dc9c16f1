/** Links, anchors and file names in all Markdown files lead somewhere, and every page can be found. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../system/package-root.ts'

const filesIn = (folder: string) =>
  readdirSync(join(packageRoot, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file))
    .sort()

const files = [...filesIn('.'), ...filesIn('docs')]
const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')

/** The text without code, in which brackets are no links and a # is no heading. */
function withoutCode(text: string): string {
  return text.replaceAll(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '').replaceAll(/`[^`\n]*`/g, 'code')
}

/** Targets of links and pictures: `[text](target)`, `src="target"`, `href="target"`. */
function targetsOf(text: string): string[] {
  const found = withoutCode(text).matchAll(/\]\(<?([^)\s>]+)>?\)|\b(?:src|srcset|href)="([^"]+)"/g)
  return [...found].map(([, inMarkdown, inHtml]) => inMarkdown ?? inHtml ?? '')
}

/** Paths of source files in code spans, such as `workflows/policies.ts`; not those with `<id>` in them. */
function pathsNamedIn(text: string): string[] {
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|py|yml))`/g)].map(([, path]) => path ?? '')
}

/** The anchors that GitHub gives to the headings of a text. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const headings = text.replaceAll(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)
  for (const [, heading = ''] of headings) {
    const visible = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const base = visible.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    let anchor = base
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

/** The links of a text that lead nowhere. `file` is where the text stands, relative to the clone. */
function brokenLinks(file: string, text: string): string[] {
  return targetsOf(text).filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    if (path === '') return !anchorsOf(text).has(anchor ?? '')
    const at = resolve(packageRoot, dirname(file), path)
    if (!existsSync(at)) return true
    if (anchor === undefined) return false
    return statSync(at).isDirectory() || !anchorsOf(readFileSync(at, 'utf8')).has(anchor)
  })
}

/** The Markdown files that a text links to, relative to the clone. */
function linkedPages(file: string): string[] {
  return targetsOf(read(file))
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(packageRoot, resolve(packageRoot, dirname(file), target.replace(/#.*/, ''))))
    .filter((page) => page.endsWith('.md'))
}

describe('Markdown files', () => {
  it.each(files)('%s links only to files and headings that exist', (file) => {
    expect(brokenLinks(file, read(file))).toEqual([])
  })

  it.each(files)('%s names only source files that exist', (file) => {
    // The changelog also names files of the past.
    const named = file === 'CHANGELOG.md' ? [] : pathsNamedIn(read(file))
    expect(named.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([])
  })

  it('all Markdown files can be reached from README.md', () => {
    const reached = new Set(['README.md'])
    // A set also iterates what is added to it meanwhile.
    for (const file of reached) for (const page of linkedPages(file)) reached.add(page)
    expect(files.filter((file) => !reached.has(file))).toEqual([])
  })
})

describe('the link check', () => {
  it.each([
    ['a missing file', '[a](missing.md)', 'missing.md'],
    ['a missing heading', '# One\n\n[a](#two)', '#two'],
    ['a missing heading of another file', '[a](README.md#no-such-heading)', 'README.md#no-such-heading'],
    ['a missing picture', '<img src="docs/missing.svg">', 'docs/missing.svg'],
    ['a heading that is code', '```\n# One\n```\n\n[a](#one)', '#one'],
  ])('the link check finds %s', (_, text, target) => {
    expect(brokenLinks('page.md', text)).toEqual([target])
  })

  it.each([
    ['a file', '[a](README.md)'],
    ['a folder', '[a](docs/pipelines)'],
    ['a heading with code and punctuation', "# What's `almanac up`?\n\n[a](#whats-almanac-up)"],
    ['the second of two equal headings', '# A\n\n# A\n\n[a](#a-1)'],
    ['another site', '[a](https://example.org/missing.md)'],
    ['code', '`[a](missing.md)`'],
  ])('the link check accepts %s', (_, text) => {
    expect(brokenLinks('page.md', text)).toEqual([])
  })
})
