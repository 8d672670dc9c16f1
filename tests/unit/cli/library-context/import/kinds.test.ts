import { describe, expect, it } from 'vitest'
import { fileStart } from '../../../../../system/read-csv/file-start.ts'
import { recogniseStart } from '../../../../../cli/import/import-files.ts'
import { parseRecord } from '../../../../../cli/import/line-values.ts'
import { dayOfFile, libraryKinds, starsLine } from '../../../../../cli/library-context/import/kinds.ts'
import { WrongUsage } from '../../../../../core/failures.ts'

const asked = { date: undefined, today: '2026-11-21', isTracked: () => true }

describe('the kind of a file of library-context', () => {
  const given = { folders: new Map(), tasks: new Map(), hasLists: false, lists: [] }
  const kinds = libraryKinds(given, asked)
  const kindOf = (text: string) =>
    recogniseStart(fileStart({ path: 'x', encoding: 'utf-8' }, text), { kinds }).kind.name

  it.each([
    ['{"libraries": []}', 'list of libraries'],
    ['library_name,github_url,stars\n', 'stars of libraries'],
    ['stars,github_url\n', 'stars of libraries'],
  ])('recognises a file that begins with %j as %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind)
  })

  it('an unknown file is wrong usage that says what is expected', () => {
    expect(() => kindOf('date,price\n')).toThrow(WrongUsage)
    expect(() => kindOf('date,price\n')).toThrow(
      /first line is "date,price"; expected one of:[^]*context files[^]*astronomy-libraries\.json[^]*github_url,stars/,
    )
  })
})

describe('the day of a list', () => {
  it('takes the day of a list from last_updated, else from the caller, else from its name', () => {
    const said = { ...asked, date: '2025-10-01' }
    expect(dayOfFile('x.2025-08-12.json', said, '2025-09-01')).toBe('2025-09-01')
    expect(dayOfFile('y.2025-08-12.fd715c6.json', said)).toBe('2025-10-01')
    expect(dayOfFile('y.2025-08-12.fd715c6.json', asked)).toBe('2025-08-12')
  })

  it.each([
    ['list.json', /--date YYYY-MM-DD/],
    ['list.2025-02-30.json', /"2025-02-30"; expected a day such as/],
    ['list.2026-11-22.json', /not after today/],
  ])('rejects a list if %s names no valid day', (name, message) => {
    expect(() => dayOfFile(name, asked)).toThrow(message)
    expect(() => dayOfFile(name, asked)).toThrow(WrongUsage)
  })
})

describe('a line of a table of stars', () => {
  const parse = (record: Record<string, string>) => parseRecord(starsLine, record)

  it('reads a line of stars as a library with its stars alone', () => {
    expect(parse({ library_name: 'b', github_url: 'github.com/a/b', stars: '12' })).toEqual({
      row: { name: 'a/b', stars: 12, rank: null, hasContext: false, contextFile: null },
    })
  })

  it.each([
    ['github.com/c/d', '-1', 'stars are -1: the old collector could not read the page', '"-1"'],
    ['example.com/e/f', '3', 'github_url is not an address of a repository on GitHub', '"example.com/e/f"'],
  ])('rejects a line with %s and %s stars', (address, stars, reason, found) => {
    expect(parse({ github_url: address, stars })).toEqual({ reason, found })
  })
})
