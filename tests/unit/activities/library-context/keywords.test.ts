import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import {
  matches,
  selectCandidates,
  type DomainRule,
} from '../../../../activities/library-context/keywords.ts'
import { repositoryIn } from '../../../../upstreams/github/repository-name.ts'
import { describeRecorded, recording } from '../../upstreams/recordings.ts'

/** The document's own. */
const KEYWORDS =
  `astro astropy healpy photutils sky gal cosmo cmb planck tardis lightkurve astroquery pypeit poppy
  stellar galsim ultranest pymultinest zeus radis astronn presto astroplan sep specutils s2fft stingray spacepy pycbc
  gwpy einsteinpy simonsobs cmbant lesgourg/class_public`.split(/\s+/)

const rule = (fields: Partial<DomainRule> = {}): DomainRule => ({
  keywords: ['gal', 'Lesgourg/class_public', 'c++'],
  match: 'substring',
  always: [],
  never: [],
  ...fields,
})

describe('a keyword', () => {
  it.each([
    ['GalSim-developers/GalSim', true, false],
    ['jobovy/gal-py', true, true],
    ['gal/x', true, true],
    ['x/my_gal.py', true, true],
    ['x/kugala', true, false],
    ['x/gal9', true, false],
    ['lesgourg/Class_Public', true, true],
    ['lesgourg/class_public2', true, false],
    ['x/c++', true, true],
    ['x/ccc', false, false],
    ['x/y', false, false],
  ])('matches in %s: as a part %s, as a word %s', (name, asPart, asWord) => {
    expect(matches(name, rule())).toBe(asPart)
    expect(matches(name, rule({ match: 'words' }))).toBe(asWord)
  })

  it('an empty keyword finds nothing; without keywords every name belongs', () => {
    expect(matches('x/y', rule({ keywords: ['', ' ', 'gal'] }))).toBe(false)
    expect(matches('x/y', rule({ keywords: [] }))).toBe(true)
  })
})

describe('candidates', () => {
  it('candidates are what matches, what always belongs, and never what never does', () => {
    const names = ['A/gal', 'b/other', 'c/keras', 'a/GAL', 'd/galaxy']
    const domain = rule({ always: ['C/Keras', 'e/eht', 'f/both'], never: ['D/Galaxy', 'F/both'] })
    expect(selectCandidates(names, domain)).toEqual(['A/gal', 'c/keras', 'e/eht'])
  })
})

describeRecorded('the recorded extraction of 2,532 repositories', () => {
  const read = (file: string): string[] =>
    parse<{ github_url: string }>(recording(`libraries/${file}`), { columns: true }).map(
      ({ github_url }) => repositoryIn(github_url) ?? '',
    )
  const names = read('ascl_repos_with_stars.2025-07-31.csv')
  const top = read('last.2025-07-31.csv')

  it('matches 342 names with keywords as parts, all of the recorded top 100 among them', () => {
    expect([names.length, KEYWORDS.length, top.length]).toEqual([2_532, 34, 100])
    const taken = selectCandidates(names, rule({ keywords: KEYWORDS }))
    expect(taken).toHaveLength(342)
    expect(top.filter((name) => !taken.includes(name))).toEqual([])
  })

  it('matches 105 names with keywords as whole words, and 46 of the recorded top 100', () => {
    const taken = selectCandidates(names, rule({ keywords: KEYWORDS, match: 'words' }))
    expect(taken).toHaveLength(105)
    expect(top.filter((name) => taken.includes(name))).toHaveLength(46)
  })
})
