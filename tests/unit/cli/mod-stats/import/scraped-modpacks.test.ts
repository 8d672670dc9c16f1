import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseScrapedModpack } from '../../../../../cli/mod-stats/import/scraped-modpacks.ts'
import { describeRecorded, recorded } from '../../../upstreams/recordings.ts'

const parse = (list: unknown[]) => list.map(parseScrapedModpack)
const slugs = (list: unknown[]) =>
  parse(list).map((entry) => ('row' in entry ? entry.row.slug : entry.reason))
const legacy = 'https://legacy.curseforge.com/minecraft/modpacks/'

describe('a scraped modpack', () => {
  it('takes the whole slug of a scraped modpack from its address', () => {
    expect(
      slugs([{ name: 'RT', slug: 'rebel-tactics', legacy_url: `${legacy}rebel-tactics-2`, id: 2 }]),
    ).toEqual(['rebel-tactics-2'])
  })

  it('restores the number at the end of a slug without an address if it is too small for an id', () => {
    expect(slugs([{ slug: 'goo-lagoon', id: 2025 }])).toEqual(['goo-lagoon-2025'])
    expect(slugs([{ slug: 'rebel-tactics', id: 959743 }])).toEqual(['rebel-tactics'])
    expect(slugs([{ slug: 'rebel-tactics', id: null, legacy_url: 'https://example.org/x' }])).toEqual([
      'rebel-tactics',
    ])
  })

  it('never uses the id of a scraped modpack', () => {
    expect(parse([{ slug: 'a', id: 959743 }])).toMatchObject([{ row: { id: null, name: 'a' } }])
  })

  it('rejects an entry that has no slug, and continues', () => {
    expect(slugs([7, { name: 'x' }, { slug: 'good' }])).toEqual([
      'the entry is not an object with name, slug and legacy_url',
      expect.stringMatching(/^slug /),
      'good',
    ])
  })

  it('reads any entry as a pack or a reason', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (candidate) => {
        const entry = parseScrapedModpack(candidate)
        if ('row' in entry) expect(entry.row.slug.trim()).not.toBe('')
        else expect(entry.reason).not.toBe('')
      }),
    )
  })
})

describeRecorded('the recorded list', () => {
  const file = 'curseforge/createnuclear_dependents_scraped.json'

  it('reads 600 packs with 600 slugs; the 29 that were cut are whole again', () => {
    const packs = recorded(file) as { slug: string; id?: number }[]
    const entries = parse(packs)
    const found = entries.flatMap((entry) => ('row' in entry ? [entry.row.slug] : []))
    const cut = packs.flatMap((pack, index) =>
      pack.id === undefined ? [] : [{ expected: `${pack.slug}-${pack.id}`, found: found[index] }],
    )
    expect(found).toHaveLength(600)
    expect(new Set(found).size).toBe(600)
    expect(cut).toHaveLength(29)
    expect(cut.filter((pack) => pack.found !== pack.expected)).toEqual([])
  })
})
