import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRecord, valuesIn } from '../../../../../cli/import/line-values.ts'
import { tableLines } from '../../../../../cli/mod-stats/import/table-lines.ts'
import { anyText } from '../../../../support/any-text.ts'

const lines = tableLines('2026-11-21', 'plain')
const daily = { date: '2025-07-31', platform: 'curseforge', total_downloads: '4096', followers: '7' }
const version = {
  date: '2025-07-31',
  platform: 'modrinth',
  version_name: 'Create Nuclear 1.0',
  downloads: '12',
}

describe('daily_stats', () => {
  it('imports old followers of CurseForge as thumbs up, those of Modrinth as followers', () => {
    expect(parseRecord(lines.daily_stats, daily)).toEqual({
      row: {
        date: '2025-07-31',
        platform: 'curseforge',
        totalDownloads: 4096,
        followers: null,
        thumbsUp: 7,
        versionsCount: null,
      },
    })
    expect(parseRecord(lines.daily_stats, { ...daily, platform: 'modrinth' })).toMatchObject({
      row: { followers: 7, thumbsUp: null },
    })
  })

  it('imports both columns of our own table separately', () => {
    expect(parseRecord(lines.daily_stats, { ...daily, followers: '', thumbs_up: '9' })).toMatchObject({
      row: { followers: null, thumbsUp: 9 },
    })
  })

  it.each([
    [{ total_downloads: '-1' }, /^total_downloads is not a whole number/, '"-1"'],
    [{ total_downloads: '1e3' }, /^total_downloads is not a whole number/, '"1e3"'],
    [{ total_downloads: '9007199254740993' }, /^total_downloads is not a whole number/, '"9007199254740993"'],
    [{ versions_count: '2147483648' }, /^versions_count is not a whole number/, '"2147483648"'],
    [{ followers: 'many' }, /^followers is not a whole number/, '"many"'],
    [{ date: '2025-02-29' }, /^date is not a day/, '"2025-02-29"'],
    [{ date: '2026-11-22' }, /^date is not a day/, '"2026-11-22"'],
    [{ date: '31.07.2025' }, /^date is not a day/, '"31.07.2025"'],
    [{ platform: 'steam' }, /^platform is neither/, '"steam"'],
  ])('rejects %j with a reason that names the column', (wrong, reason, found) => {
    const parsed = parseRecord(lines.daily_stats, { ...daily, ...wrong })
    expect(parsed).toMatchObject({ reason: expect.stringMatching(reason) as string, found })
  })
})

describe('version_stats', () => {
  it.each([
    ['2023-08-11 21:13:54', '2023-08-11T21:13:54.000Z'],
    ['2023-08-11 21:13:54.1', '2023-08-11T21:13:54.100Z'],
    ['2023-08-11 21:13:54.1234567', '2023-08-11T21:13:54.123Z'],
    ['2023-08-11 21:13:54.123456+00', '2023-08-11T21:13:54.123Z'],
    ['2023-08-11 21:13:54+02', '2023-08-11T19:13:54.000Z'],
    ['2023-08-11T21:13:54+05:30', '2023-08-11T15:43:54.000Z'],
  ])('reads %s as %s', (text, expected) => {
    const parsed = parseRecord(lines.version_stats, { ...version, date_published: text })
    expect(parsed).toMatchObject({ row: { datePublished: new Date(expected) } })
  })

  it('imports no time if the old parser had lost it, and rejects an invalid one', () => {
    expect(parseRecord(lines.version_stats, { ...version, date_published: '' })).toMatchObject({
      row: { datePublished: null, versionNumber: null, versionId: null },
    })
    expect(parseRecord(lines.version_stats, { ...version, date_published: 'infinity' })).toMatchObject({
      reason: 'date_published is not a date and time',
    })
  })

  it.each([
    ['version_name', ' '],
    ['version_name', 'a\u0000b'],
    ['version_number', '\ud800'],
  ])('rejects %s as %j, which no query could find or database store', (column, value) => {
    expect(parseRecord(lines.version_stats, { ...version, [column]: value })).toHaveProperty('reason')
  })
})

describe('modpacks', () => {
  it('keeps a slug that ends in digits, and reads what is empty as unknown', () => {
    const line = { id: '', name: '', slug: 'rebel-tactics-2', downloads: '', link: '' }
    expect(parseRecord(lines.modpacks, line)).toEqual({
      row: { id: null, name: 'rebel-tactics-2', slug: 'rebel-tactics-2', downloads: null, link: null },
    })
  })

  it('rejects a link that is not a web address', () => {
    const line = { id: '1', name: 'a', slug: 'a', downloads: '1', link: 'javascript:alert(1)' }
    expect(parseRecord(lines.modpacks, line)).toMatchObject({ reason: 'link is not a web address' })
  })
})

describe('any record', () => {
  const value = fc.oneof(
    anyText,
    fc.constantFrom('', '0', '7', '2025-07-31', 'modrinth', 'curseforge', '2023-08-11 21:13:54.1'),
  )
  const columns = [
    'date platform total_downloads followers versions_count thumbs_up version_id version_name version_number',
    'downloads date_published modpack_name modpack_slug id name slug link',
  ]
    .join(' ')
    .split(' ')
  const record = fc.record(Object.fromEntries(columns.map((column) => [column, value])), { requiredKeys: [] })

  it.each(Object.keys(lines) as (keyof typeof lines)[])(
    'reads any record as a storable row of %s or a reason',
    (kind) => {
      fc.assert(
        fc.property(record, (candidate) => {
          const parsed = parseRecord<object>(lines[kind], candidate)
          if ('reason' in parsed) {
            expect(parsed.reason.length).toBeGreaterThan(5)
            return
          }
          for (const stored of Object.values(parsed.row) as unknown[]) {
            if (typeof stored === 'number') expect(Number.isSafeInteger(stored) && stored >= 0).toBe(true)
            else if (typeof stored === 'string') expect(stored).not.toMatch(/[\0\p{Surrogate}]/u)
            else if (stored instanceof Date) expect(Number.isNaN(stored.getTime())).toBe(false)
            else expect(stored).toBeNull()
          }
        }),
        { numRuns: 500 },
      )
    },
  )
})

it('accepts days up to today only', () => {
  const { pastDay } = valuesIn('plain')
  expect(pastDay('2026-11-21').safeParse('2026-11-21').success).toBe(true)
  expect(pastDay('2026-11-21').safeParse('2026-11-22').success).toBe(false)
})
