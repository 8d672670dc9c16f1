import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WrongUsage } from '../../../../../core/failures.ts'
import { readGiven } from '../../../../../cli/library-context/import/given-files.ts'
import { readContext } from '../../../../../cli/library-context/import/read-context.ts'
import { describeRecorded, recording } from '../../../upstreams/recordings.ts'

const LIST = '{"libraries": [{"name": "a/b", "stars": 3}], "domain": "astronomy"}'
const days = { date: undefined, today: '2026-11-21' }

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

const read = async (path: string, said: { date?: string } = {}) =>
  (await readGiven([path], { ...days, ...said }))[0]

describe('the day of a list', () => {
  it('is that of last_updated, else what the caller says, else in its name', async () => {
    const own = file('x.2025-08-12.json', LIST.replace('{', '{"last_updated": "2025-09-01T02:00:00", '))
    expect(await read(own, { date: '2025-10-01' })).toMatchObject({ day: '2025-09-01' })
    const named = file('y.2025-08-12.fd715c6.json', LIST)
    expect(await read(named, { date: '2025-10-01' })).toMatchObject({ day: '2025-10-01' })
    expect(await read(named)).toMatchObject({ day: '2025-08-12' })
  })

  it.each([
    ['list.json', /--date YYYY-MM-DD/],
    ['list.2025-02-30.json', /"2025-02-30"; expected one such as 2025-08-12/],
    ['list.2026-11-22.json', /not after today/],
  ])('of %s is unknown', async (name, message) => {
    await expect(read(file(name, LIST))).rejects.toThrow(message)
  })
})

describe('a table of stars', () => {
  it('refuses what is no number of stars of a repository, line by line', async () => {
    const lines = ['github_url,stars', 'github.com/a/b,12', 'github.com/c/d,-1', 'example.com/e/f,3', 'x']
    const given = await read(file('stars.2025-07-31.csv', `${lines.join('\n')}\n`))
    expect(given).toEqual({
      kind: 'stars',
      path: join(folder, 'stars.2025-07-31.csv'),
      day: '2025-07-31',
      lines: [
        { line: 2, parsed: { row: { name: 'a/b', stars: 12 } } },
        {
          line: 3,
          parsed: { reason: 'stars are -1: the old collector could not read the page', found: '"-1"' },
        },
        {
          line: 4,
          parsed: {
            reason: 'github_url is no address of a repository on GitHub',
            found: '"example.com/e/f"',
          },
        },
        { line: 5, parsed: { reason: 'the line has another number of values than the header' } },
      ],
    })
  })
})

describe('context files', () => {
  it('of a folder are its text files by name; folders and links among them are told and not read', async () => {
    file('b-context.txt')
    file('notes.md')
    mkdirSync(join(folder, 'a-context.txt'))
    symlinkSync('b-context.txt', join(folder, 'c-context.txt'))
    const given = await read(folder)
    expect(
      given?.kind === 'contexts' && given.files.map(({ file: name, problem }) => [name, problem]),
    ).toEqual([
      ['a-context.txt', 'is a folder, not a file'],
      ['b-context.txt', undefined],
      ['c-context.txt', 'is a link; the file that it leads to counts'],
    ])
  })

  it('of one folder are told together, each once', async () => {
    const paths = [file('a-context.txt'), file('b-context.txt'), join(folder, 'a-context.txt')]
    const given = await readGiven([...paths, folder], days)
    expect(given).toHaveLength(1)
    expect(given[0]?.kind === 'contexts' && given[0].files.map(({ path }) => path)).toEqual(paths.slice(0, 2))
  })

  it('that are not there, and a folder without any, are wrong usage', async () => {
    await expect(read(join(folder, 'none-context.txt'))).rejects.toThrow(WrongUsage)
    await expect(read(folder)).rejects.toThrow(/holds no context file/)
  })
})

it('a file of another kind is wrong usage that says what is expected', async () => {
  await expect(read(file('x.csv', 'date,price\n'))).rejects.toThrow(
    /first line is "date,price"; expected a list such as/,
  )
})

describe('a text', () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at} of`).join('\n')
  const readText = async (name: string, text: string | Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return readContext({ path, file: name, folder })
  }

  it('of enough words passes, with what was measured', async () => {
    const read = await readText('x-context.txt', words(150))
    expect(read).toMatchObject({ markdown: words(150), measures: { words: 300 } })
  })

  it('that says that nothing was found is refused, however long', async () => {
    const text = `${words(150)}\nNo README or documentation files found.\n`
    expect(await readText('x-context.txt', text)).toEqual({
      refused: 'it says that no README or documentation was found',
    })
  })

  it.each([
    ['with a NUL', Buffer.from(`${words(150)}\0`)],
    ['in another encoding', Buffer.concat([Buffer.from(words(150)), Buffer.from([0xe9, 0x20])])],
  ])('%s is refused', async (_, text) => {
    expect(await readText('x-context.txt', text)).toEqual({ refused: 'is no UTF-8 text' })
  })

  it('that went away since its folder was read is refused', async () => {
    const gone = { path: join(folder, 'gone-context.txt'), file: 'gone-context.txt', folder }
    expect(await readContext(gone)).toEqual({ refused: 'cannot be read (ENOENT)' })
  })
})

describeRecorded('the recorded output of 44 bytes', () => {
  it('is refused: it is a title', async () => {
    const path = file('astroquery-context.txt', recording('libraries/context-empty-output.astroquery.txt'))
    expect(await readContext({ path, file: 'astroquery-context.txt', folder })).toEqual({
      refused: '0 words, at least 200 asked, 0 words beyond the README, at least 120 asked',
    })
  })
})
