/** `curseforge_modpacks.csv` reads back as it was written, and loses nothing to a spreadsheet. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { modpacksCsv, readModpacksCsv } from '../../../../activities/mod-stats/modpacks-csv.ts'

const FORMULAS = ['=1+1', '+1', '-2+3', '@SUM(A1)', '\t=1', '＝1', "'=1", "''@x"]
const HEADER = 'id;name;slug;downloads;link'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-packs-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const read = (bytes: string | Buffer) => {
  writeFileSync(join(folder, 'curseforge_modpacks.csv'), bytes)
  return readModpacksCsv(folder)
}

it('the file of modpacks has no formula and reads back', async () => {
  const lines = FORMULAS.map((name, id) => ({ id, name, slug: `@${id}`, downloads: 3, link: null }))
  const text = modpacksCsv(lines)
  const rows: string[][] = parse(text)
  for (const [, name, slug] of rows.slice(1)) {
    expect(name).toMatch(/^'/)
    expect(slug).toMatch(/^'@/)
  }
  expect(await read(text)).toEqual(lines)
})

describe('a file of modpacks of another program', () => {
  it('reads what a French Excel saved', async () => {
    const saved = `${HEADER}\r\n520101;Forêt, d'été;foret;1200;https://example.org/foret\r\n;Pack B;pack-b;;\r\n`
    const packs = [
      { id: 520101, name: "Forêt, d'été", slug: 'foret', downloads: 1200, link: 'https://example.org/foret' },
      { id: null, name: 'Pack B', slug: 'pack-b', downloads: null, link: null },
    ]
    for (const bytes of [saved, `\uFEFF${saved}`, Buffer.from(saved, 'latin1')])
      expect(await read(bytes)).toEqual(packs)
  })

  it('reads what pandas saved', async () => {
    expect(await read('id,name,slug,downloads,link\n520101.0,,a,nan,\n')).toEqual([
      { id: 520101, name: 'a', slug: 'a', downloads: null, link: null },
    ])
  })

  it.each([
    [
      'an id that a spreadsheet rounded',
      `${HEADER}\n5,2E+08;A;a;1;`,
      /line 2: id is not a whole number with all/,
    ],
    ['a pack without a slug', `${HEADER}\n1;A;a;1;\n2;B;;1;`, /line 3: slug is empty/],
    ['a line without all values', `${HEADER}\n1;A;a`, /line 2: the number of values/],
    ['another table', 'a;b\n1;2', /its first line lacks id, name, slug, downloads, link/],
  ])('refuses the whole file, with the line: %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      type: 'Misconfigured',
      message: expect.stringMatching(message) as unknown,
    })
  })
})

it('no file holds no packs', async () => {
  expect(await readModpacksCsv(folder)).toEqual([])
})
