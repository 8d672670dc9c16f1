import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { fileStart, readStart } from '../../../../cli/import/file-start.ts'
import { recogniseStart, type ImportKind } from '../../../../cli/import/import-files.ts'
import { mustBeUtf8 } from '../../../../cli/import/must-be-utf8.ts'
import { WrongUsage } from '../../../../core/failures.ts'

const folder = mkdtempSync(join(tmpdir(), 'almanac-files-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const plan: ImportKind<unknown>['plan'] = () => () => Promise.resolve()
const kinds: ImportKind<unknown>[] = [
  { name: 'own', columns: ['a', 'b', 'c'], plan },
  { name: 'old', columns: ['a', 'b'], plan },
  { name: 'refused', recognises: ({ columns }) => columns.includes('secret'), plan },
  { name: 'list', recognises: ({ firstLine }) => firstLine.startsWith('['), expected: 'a JSON list', plan },
]
const kindOf = (text: string, semicolons = false) =>
  recogniseStart(fileStart('x.csv', text, semicolons), { kinds, semicolons }).kind.name

describe('recognising a file by its beginning', () => {
  it.each([
    ['\uFEFF B ,x,"A"\r\n1,2,3', 'old'],
    ['c,b,a\n', 'own'],
    ['\n\na,b', 'old'],
    ['a,secret', 'refused'],
    [' \n[{"name": "a"}]', 'list'],
  ])('a file is of the first kind that fits: %j is %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind)
  })

  it('accepts semicolons as separators only if the pipeline has them', () => {
    expect(kindOf('a;b\n1;2', true)).toBe('old')
    expect(() => kindOf('a;b\n1;2')).toThrow(/the first line is "a;b"/)
  })

  it('states what an unknown file holds, and names every accepted kind', () => {
    expect(() => kindOf('x,y\n1,2')).toThrow(
      new WrongUsage(
        'x.csv: the first line is "x,y"; expected one of:\n' +
          '  own: CSV with commas, with at least the columns a,b,c\n' +
          '  old: CSV with commas, with at least the columns a,b\n' +
          '  list: a JSON list',
      ),
    )
  })

  it('recognises any text as a kind or wrong usage', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom('a', ',', '"', '\n') })),
        (text) => {
          try {
            expect(kinds.map(({ name }) => name)).toContain(kindOf(text))
          } catch (error) {
            expect(error).toBeInstanceOf(WrongUsage)
          }
        },
      ),
    )
  })

  it('names a file that cannot be read', () => {
    expect(() => readStart(join(folder, 'absent.csv'))).toThrow(/absent\.csv cannot be read \(ENOENT\)/)
    expect(() => readStart(folder)).toThrow(/cannot be read \(EISDIR\)/)
  })
})

describe('the check of the encoding', () => {
  const path = join(folder, 'file.csv')
  const check = (text: string | Buffer) => {
    writeFileSync(path, text)
    return mustBeUtf8(path)
  }

  it('rejects a file that is not UTF-8, and says where and what to do', async () => {
    const latin1 = Buffer.from('a,b\n1,termin\u00e9\n2,x\n', 'latin1')
    await expect(check(latin1)).rejects.toThrow(WrongUsage)
    await expect(check(latin1)).rejects.toThrow(/file\.csv is not UTF-8 \(lines 1 to 4\).*Save it as UTF-8/)
    await expect(check(Buffer.from('a\né', 'utf8').subarray(0, -1))).rejects.toThrow(
      /is not UTF-8 \(line 2\)/,
    )
  })

  it('accepts UTF-8', async () => {
    await expect(check('a,b\n1,terminé\n')).resolves.toBeUndefined()
  })
})
