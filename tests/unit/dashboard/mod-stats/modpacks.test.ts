/** When modpacks were added, as far as that is known. */
import { describe, expect, it } from 'vitest'
import { matchingRows } from '../../../../dashboard/blocks/rows.ts'
import { addedOn, firstKnown, type Modpack } from '../../../../dashboard/pipelines/mod-stats/rows.ts'

const pack = (slug: string, added_on: string | null, first_seen: string) =>
  ({ slug, added_on, first_seen }) as Modpack

const PACKS = [
  pack('later', '2026-11-20', '2026-11-19T08:00:00.000Z'),
  pack('imported', '2026-11-01', '2026-11-25T08:00:00.000Z'),
  pack('without-numbers', null, '2026-11-09T08:00:00.000Z'),
  pack('also-imported', '2026-11-01', '2026-11-25T08:00:00.000Z'),
]

describe('the day on which a modpack was added', () => {
  const first = firstKnown(PACKS)

  it('is before the first day of all for those that were there on it', () => {
    expect(PACKS.map((one) => addedOn(one, first))).toEqual([
      '2026-11-20',
      '< 2026-11-01',
      '2026-11-09',
      '< 2026-11-01',
    ])
  })

  it('sorts them before the others', () => {
    const columns = [{ key: 'added', value: (one: Modpack) => addedOn(one, first) }]
    const sorted = (isDescending: boolean) =>
      matchingRows(PACKS, columns, '', { key: 'added', isDescending }, 'en').map(({ slug }) => slug)
    expect(sorted(false)).toEqual(['imported', 'also-imported', 'without-numbers', 'later'])
    expect(sorted(true)).toEqual(['later', 'without-numbers', 'imported', 'also-imported'])
  })

  it('is not known of a list without modpacks', () => {
    expect(firstKnown([])).toBeUndefined()
  })
})
