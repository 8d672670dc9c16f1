import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WrongUsage } from '../../../../../core/failures.ts'
import { findContexts } from '../../../../../cli/library-context/import/given-contexts.ts'
import { readContext } from '../../../../../cli/library-context/import/read-context.ts'
import { describeRecorded, recording } from '../../../upstreams/recordings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-given-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, text = 'text'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('given context files', () => {
  it('takes the text files of a folder by name; reports and skips folders and links among them', () => {
    file('b-context.txt')
    file('notes.md')
    mkdirSync(join(folder, 'a-context.txt'))
    symlinkSync('b-context.txt', join(folder, 'c-context.txt'))
    const { folders } = findContexts([folder])
    expect(folders.get(folder)?.map(({ file: name, problem }) => [name, problem])).toEqual([
      ['a-context.txt', 'is a folder, not a file'],
      ['b-context.txt', undefined],
      ['c-context.txt', 'is a link; the file that it leads to counts'],
    ])
  })

  it('groups the files of one folder, each once, in the place of the first', () => {
    const files = [file('a-context.txt'), file('b-context.txt'), join(folder, 'a-context.txt')]
    const { paths, folders } = findContexts(['list.json', ...files, 'stars.csv', folder])
    expect(paths).toEqual(['list.json', folder, 'stars.csv'])
    expect([...folders.values()].map((own) => own.map(({ path }) => path))).toEqual([files.slice(0, 2)])
  })

  it('missing files, and a folder without any, are wrong usage', () => {
    expect(() => findContexts([join(folder, 'none-context.txt')])).toThrow(WrongUsage)
    expect(() => findContexts([folder])).toThrow(/holds no context file/)
  })
})

describe('the text of a context file', () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at} of`).join('\n')
  const readText = async (name: string, text: string | Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return readContext({ path, file: name, folder })
  }

  it('accepts a context file of enough words, with its measures', async () => {
    const read = await readText('x-context.txt', words(150))
    expect(read).toMatchObject({ markdown: words(150), measures: { words: 300 } })
  })

  it('rejects a context file that says that nothing was found, however long', async () => {
    const text = `${words(150)}\nNo README or documentation files found.\n`
    expect(await readText('x-context.txt', text)).toEqual({
      refused: 'it says that no README or documentation was found',
    })
  })

  it.each([
    ['with a NUL', Buffer.from(`${words(150)}\0`)],
    ['in another encoding', Buffer.concat([Buffer.from(words(150)), Buffer.from([0xe9, 0x20])])],
  ])('rejects a context file %s', async (_, text) => {
    expect(await readText('x-context.txt', text)).toEqual({ refused: 'is not UTF-8 text' })
  })

  it('rejects a context file that disappeared since its folder was read', async () => {
    const gone = { path: join(folder, 'gone-context.txt'), file: 'gone-context.txt', folder }
    expect(await readContext(gone)).toEqual({ refused: 'cannot be read (ENOENT)' })
  })
})

describeRecorded('the recorded context of 44 bytes', () => {
  it('rejects a title as a context', async () => {
    const path = file('astroquery-context.txt', recording('libraries/context-empty-output.astroquery.txt'))
    expect(await readContext({ path, file: 'astroquery-context.txt', folder })).toEqual({
      refused: '0 words, at least 200 required, 0 words beyond the README, at least 120 required',
    })
  })
})
