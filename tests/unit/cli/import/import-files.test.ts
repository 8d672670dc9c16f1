import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { fileStart, readStart } from '../../../../system/read-csv/file-start.ts'
import { importFiles, recogniseStart, type ImportKind } from '../../../../cli/import/import-files.ts'
import { findEncoding, readText } from '../../../../system/read-csv/encoding.ts'
import type { Config } from '../../../../config/load-config.ts'
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
const start = (text: string) => fileStart({ path: 'x.csv', encoding: 'utf-8' }, text)
const kindOf = (text: string) => recogniseStart(start(text), { kinds }).kind.name

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

  it.each([
    ['a,b\n1,2', ',', 'plain'],
    ['\uFEFFA;B\r\n1;2', ';', 'continental'],
    ['a\tb\n1\t2', '\t', 'plain'],
    ['"a;1";"b";a;b\n', ';', 'continental'],
    ['1735689600000;0,5;0,6;0,4;7\n', ';', 'continental'],
  ])('recognises what separates the values of %j', (text, delimiter, notation) => {
    expect(start(text)).toMatchObject({ delimiter, notation })
  })

  it('states what an unknown file holds, and names every accepted kind', () => {
    expect(() => kindOf('x,y\n1,2')).toThrow(
      new WrongUsage(
        'x.csv: the first line is "x,y"; expected one of:\n' +
          '  own: CSV with commas, semicolons or tabs, with at least the columns a,b,c\n' +
          '  old: CSV with commas, semicolons or tabs, with at least the columns a,b\n' +
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

  it('names a file that cannot be read', async () => {
    const importOf = (path: string) =>
      importFiles({} as Config, { files: [path] }, { runId: 'x', kinds, open: () => undefined })
    await expect(importOf(join(folder, 'absent.csv'))).rejects.toThrow(
      /absent\.csv cannot be read \(ENOENT\)/,
    )
    await expect(importOf(folder)).rejects.toThrow(/cannot be read \(EISDIR\)/)
  })
})

describe('the encoding of a file', () => {
  const path = join(folder, 'file.csv')
  const found = async (bytes: string | Buffer) => {
    writeFileSync(path, bytes)
    const { encoding, note } = await findEncoding(path)
    return { encoding, note, text: readText({ path, encoding }), start: readStart({ path, encoding }) }
  }
  const western = (text: string) =>
    Buffer.from(text.replaceAll('œ', '\x9C').replaceAll('–', '\x96'), 'latin1')
  const UTF16 = '\uFEFFa\tb\r\n1\té\r\n'

  it.each([
    ['UTF-8', 'a,b\n1,terminé\n', 'a,b\n1,terminé\n', 'utf-8'],
    ['UTF-8 with a mark', '\uFEFFa,b\n', 'a,b\n', 'utf-8'],
    ['UTF-16', Buffer.from(UTF16, 'utf16le'), UTF16.slice(1), 'utf-16le'],
    ['UTF-16, big end first', Buffer.from(UTF16, 'utf16le').swap16(), UTF16.slice(1), 'utf-16be'],
    ['Windows-1252', western('a\r\nCœur – réserve\r\n'), 'a\r\nCœur – réserve\r\n', 'windows-1252'],
  ])('reads %s as it was written', async (_, bytes, text, encoding) => {
    expect(await found(bytes)).toMatchObject({ encoding, text, start: text })
  })

  it('reports a line of a file that it read as Windows-1252, and nothing of UTF-8', async () => {
    expect(await found(western('a\nb\nCœur – réserve\n'))).toMatchObject({
      note: 'not UTF-8; read as Windows-1252: line 3 says "Cœur – réserve"',
    })
    expect(await found('Cœur')).toMatchObject({ note: undefined })
  })

  it.each([
    [
      'UTF-8 with a damaged letter',
      Buffer.concat([Buffer.from('a\né,'), Buffer.from([0xe9]), Buffer.from('x\n')]),
      2,
    ],
    ['Mac Roman', Buffer.from('a\n\n\x8Ft\x8E\n', 'latin1'), 3],
    ['code page 850', Buffer.from('termin\x82\n', 'latin1'), 1],
    ['Windows-1251', Buffer.from('a\n\xEC\xE0\xF2\xF7\n', 'latin1'), 2],
    ['Windows-1250', Buffer.from('\xB3\xF3d\x9F\n', 'latin1'), 1],
    ['an image', Buffer.from('\x89PNG\r\n\x1A\n\x00\x00\x81', 'latin1'), 1],
  ])('refuses %s, and says where and what to do', async (_, bytes, line) => {
    await expect(found(bytes)).rejects.toThrow(WrongUsage)
    await expect(found(bytes)).rejects.toThrow(
      new RegExp(String.raw`file\.csv is not UTF-8 \(line ${line}\).*Save it as UTF-8.*iconv -f ENCODING`),
    )
  })

  it('refuses a file that ends in the middle of a letter', async () => {
    await expect(found(Buffer.from('a\né', 'utf8').subarray(0, -1))).rejects.toThrow(
      /is not UTF-8 \(it ends in the middle of a letter\)/,
    )
  })
})
