/** Lists and context files as they are written from the database. */
import { sql } from 'drizzle-orm'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityContext } from '../../../activities/library-context/activity-context.ts'
import { publishAll, publishedIn } from '../../../activities/library-context/publish.ts'
import { renameLibraries } from '../../../db/queries/library-context/libraries.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { domain } from '../../unit/activities/library-context/domain.ts'
import { night, storeContext, storeLibraries, storeList } from './rows.ts'

const KEPT_DAYS = 30

let database: TestDatabase
let dataDir: string
beforeEach(async () => {
  database = await createTestDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'almanac-published-'))
})
afterEach(async () => {
  rmSync(dataDir, { recursive: true, force: true })
  await database.drop()
})

/** Publishes as the night of that day in November would. */
function publish(day = 21) {
  const { id, ...astronomy } = domain()
  const given = {
    db: database.db,
    dataDir,
    clock: () => night(day),
    settings: { domains: { [id]: astronomy }, keep_left_days: KEPT_DAYS },
  }
  return publishAll(given as unknown as ActivityContext)
}

const contexts = () => publishedIn(dataDir).contexts
const names = () => readdirSync(contexts()).toSorted()
const text = (file: string) => readFileSync(join(contexts(), file), 'utf8')
const listPath = () => join(publishedIn(dataDir).folder, 'astronomy-libraries.json')
interface Listed {
  libraries: { name: string; rank: number; hasContextFile: boolean; contextFileName: string }[]
}
const list = () => JSON.parse(readFileSync(listPath(), 'utf8')) as Listed

async function given(...libraries: string[]) {
  await storeLibraries(database.db, libraries)
  await storeList(database.db, 20, libraries)
}

describe('published files', () => {
  it('publishes every context, and the list that names it', async () => {
    await given('Owner/Lib', 'o/none')
    await storeContext(database.db, 'Owner/Lib', 'the text\n')
    expect(await publish()).toMatchObject({ outcome: 'complete', fetched: 1, written: 2 })
    expect(names()).toEqual(['Lib-context.txt', 'Owner__Lib-context.txt'])
    expect(text('Owner__Lib-context.txt')).toBe('the text\n')
    expect(list().libraries).toMatchObject([
      { name: 'Owner/Lib', rank: 1, hasContextFile: true, contextFileName: 'Owner__Lib-context.txt' },
      { name: 'o/none', rank: 2, hasContextFile: false, contextFileName: '' },
    ])
    const lines = readFileSync(listPath(), 'utf8').split('\n')
    expect(lines.filter((line) => line.includes('"last_updated"'))).toHaveLength(1)
  })

  it('leaves published files alone if nothing has changed', async () => {
    await given('o/lib')
    await storeContext(database.db, 'o/lib')
    await publish()
    const before = [listPath(), join(contexts(), 'o__lib-context.txt')].map((path) => statSync(path).ino)
    expect(await publish()).toMatchObject({ fetched: 1, written: 0 })
    expect([listPath(), join(contexts(), 'o__lib-context.txt')].map((path) => statSync(path).ino)).toEqual(
      before,
    )
  })

  it('publishes nothing before the first list, and reports that', async () => {
    expect(await publish()).toMatchObject({ outcome: 'skipped', why: [{ code: 'no-list' }] })
    expect(existsSync(listPath())).toBe(false)
  })

  it('restores published files that were deleted or edited', async () => {
    await given('o/a', 'o/b')
    for (const name of ['o/a', 'o/b']) await storeContext(database.db, name)
    await publish()
    const published = readFileSync(listPath(), 'utf8')
    rmSync(join(contexts(), 'o__a-context.txt'))
    writeFileSync(join(contexts(), 'o__b-context.txt'), '# o/b, edited\n')
    writeFileSync(listPath(), '{}')
    expect(await publish()).toMatchObject({ written: 3 })
    expect([text('o__a-context.txt'), text('o__b-context.txt')]).toEqual(['# o/a\n', '# o/b\n'])
    expect(readFileSync(listPath(), 'utf8')).toBe(published)
  })

  it('moves the published file of a library to its new name', async () => {
    await given('Old/Lib')
    await storeContext(database.db, 'Old/Lib', 'the text\n')
    await publish()
    await renameLibraries(database.db, [{ from: 'old/lib', to: 'new/lib2', name: 'New/Lib2' }])
    await publish()
    expect(names()).toEqual(['Lib2-context.txt', 'New__Lib2-context.txt'])
    expect(readlinkSync(join(contexts(), 'Lib2-context.txt'))).toBe('New__Lib2-context.txt')
    expect(text('New__Lib2-context.txt')).toBe('the text\n')
    expect(list().libraries).toMatchObject([{ name: 'New/Lib2', contextFileName: 'New__Lib2-context.txt' }])
  })

  it('moves the published files of libraries that take over one another’s names', async () => {
    await given('o/first', 'o/second')
    await storeContext(database.db, 'o/first', 'the first\n')
    await storeContext(database.db, 'o/second', 'the second\n')
    await publish()
    await renameLibraries(database.db, [
      { from: 'o/first', to: 'o/third', name: 'o/third' },
      { from: 'o/second', to: 'o/first', name: 'o/first' },
    ])
    await publish()
    expect(names()).toEqual([
      'first-context.txt',
      'o__first-context.txt',
      'o__third-context.txt',
      'third-context.txt',
    ])
    expect([text('o__third-context.txt'), text('o__first-context.txt')]).toEqual([
      'the first\n',
      'the second\n',
    ])
    await renameLibraries(database.db, [
      { from: 'o/first', to: 'o/third', name: 'o/third' },
      { from: 'o/third', to: 'o/first', name: 'o/first' },
    ])
    await publish()
    expect([text('o__third-context.txt'), text('o__first-context.txt')]).toEqual([
      'the second\n',
      'the first\n',
    ])
  })
})

describe('the documented short name', () => {
  it('links a short name if one library has it, and not if two have, in whatever case', async () => {
    await given('spacetelescope/poppy', 'o/lib')
    await storeContext(database.db, 'spacetelescope/poppy', 'optics\n')
    await storeContext(database.db, 'o/lib')
    await publish()
    expect(lstatSync(join(contexts(), 'poppy-context.txt')).isSymbolicLink()).toBe(true)
    expect(text('poppy-context.txt')).toBe('optics\n')
    await storeLibraries(database.db, ['Other/Poppy'])
    await storeContext(database.db, 'Other/Poppy', 'flowers\n')
    await storeList(database.db, 21, ['spacetelescope/poppy', 'Other/Poppy', 'o/lib'])
    await publish()
    const both = ['Other__Poppy-context.txt', 'spacetelescope__poppy-context.txt']
    expect(names()).toEqual([...both, 'lib-context.txt', 'o__lib-context.txt'].toSorted())
    // Of two one is enough again once the other is gone.
    await database.db.execute(sql`delete from library_contexts where library = 'other/poppy'`)
    await publish()
    expect(text('poppy-context.txt')).toBe('optics\n')
  })

  it('a short link is replaced by the file of a library of that name', async () => {
    await given('o/a__b')
    await storeContext(database.db, 'o/a__b', 'the link’s\n')
    await publish()
    expect(text('a__b-context.txt')).toBe('the link’s\n')
    await storeLibraries(database.db, ['a/b'])
    await storeContext(database.db, 'a/b', 'the file’s\n')
    await publish()
    expect(lstatSync(join(contexts(), 'a__b-context.txt')).isFile()).toBe(true)
    expect(text('a__b-context.txt')).toBe('the file’s\n')
    expect(text('o__a__b-context.txt')).toBe('the link’s\n')
    expect(await publish()).toMatchObject({ written: 0 })
  })
})

describe('the context of a library that left the list', () => {
  it('keeps the context of a library that left the list for the configured days, then removes it with file and link', async () => {
    await given('o/stays', 'o/leaves')
    for (const name of ['o/stays', 'o/leaves']) await storeContext(database.db, name)
    await storeList(database.db, 21, ['o/stays'], { left: ['o/leaves'] })
    await publish(21)
    await database.db.execute(
      sql`update library_contexts set left_at = ${night(21 - KEPT_DAYS).toISOString()}::timestamptz + interval '1 second'
        where library = 'o/leaves'`,
    )
    await publish(21)
    expect(names()).toContain('o__leaves-context.txt')
    await publish(22)
    expect(names()).toEqual(['o__stays-context.txt', 'stays-context.txt'])
    const rows = await database.select(sql`select library from library_contexts`)
    expect(rows).toEqual([{ library: 'o/stays' }])
    const libraries = await database.select(sql`select library from libraries order by 1`)
    expect(libraries).toEqual([{ library: 'o/leaves' }, { library: 'o/stays' }])
  })
})
