import { describe, expect, it } from 'vitest'
import {
  askSource,
  candidatesOf,
  type SourceAnswer,
} from '../../../../activities/library-context/catalogue.ts'
import { domainsOf } from '../../../../activities/library-context/domains.ts'
import { type ActivityContext } from '../../../../activities/library-context/activity-context.ts'
import { domain, type DomainOfRun } from './domain.ts'

const now = new Date('2026-11-21T02:00:00Z')
const signal = new AbortController().signal

/** An upstream that must not be contacted. */
const unasked = { catalogue: () => Promise.reject(new Error('asked')) }

const answer = (named: { name: string; asclId: string | null }[]): SourceAnswer => ({
  fetched: named.length,
  rejected: [],
  raw: [],
  observedAt: now,
  named: new Map([['astronomy', named]]),
})

describe('the candidates of a domain', () => {
  it('candidates have each repository once, as the catalogue first writes it, with the record that names it', () => {
    const named = [
      { name: 'GalSim-developers/GalSim', asclId: '1402.009' },
      { name: 'galsim-developers/galsim', asclId: '2001.001' },
      { name: 'o/other', asclId: '2002.002' },
    ]
    expect(candidatesOf(domain({ keywords: ['gal'] }), answer(named))).toEqual([
      { name: 'GalSim-developers/GalSim', asclId: '1402.009', source: 'ascl' },
    ])
  })

  it('candidates include what the settings always take, attributed to the settings if no record names it', () => {
    const named = [{ name: 'achael/eht-imaging', asclId: '1904.004' }]
    const always = ['Achael/EHT-imaging', 'keras-team/keras']
    expect(candidatesOf(domain({ keywords: ['gal'], always }), answer(named))).toEqual([
      { name: 'achael/eht-imaging', asclId: '1904.004', source: 'ascl' },
      { name: 'keras-team/keras', asclId: null, source: 'always' },
    ])
  })

  it('has no candidate of another domain', () => {
    expect(candidatesOf(domain({ id: 'finance' }), answer([{ name: 'o/gal', asclId: null }]))).toEqual([])
  })
})

describe('requesting a source', () => {
  it('ASCL gives all its names to each domain, and keeps its payload and rejected records', async () => {
    const raw = { source: 'ascl', url: 'https://ascl.net/code/json', body: '{}', observedAt: now }
    const catalogue = () =>
      Promise.resolve({
        entries: [
          { asclId: '1', title: 'a', repositories: ['o/a', 'o/b'] },
          { asclId: '2', title: 'b', repositories: [] },
        ],
        rejected: [{ reason: 'no title', row: {} }],
        raw,
      })
    const context = { ascl: { catalogue }, signal, clock: () => now } as unknown as ActivityContext
    const given = await askSource(context, 'ascl', [domain(), domain({ id: 'other' })])
    const names = [
      { name: 'o/a', asclId: '1' },
      { name: 'o/b', asclId: '1' },
    ]
    expect(given).toEqual({
      fetched: 2,
      named: new Map([
        ['astronomy', names],
        ['other', names],
      ]),
      rejected: [{ reason: 'no title', row: {}, source: 'ascl' }],
      raw: [raw],
      observedAt: now,
    })
  })

  it('lists and searches give each domain its own names, and request more than the list has places', async () => {
    const asked: [string, number][] = []
    const search = (query: string, limit: number) => {
      asked.push([query, limit])
      return Promise.resolve([{ fullName: 'quant/lib' }])
    }
    const context = {
      ascl: unasked,
      github: { search },
      signal,
      clock: () => now,
    } as unknown as ActivityContext
    const finance = domain({ id: 'finance', source: { search: 'topic:finance' }, top: 50 })
    const lists = domain({ id: 'mine', source: { list: ['O/a', 'O/b'] } })
    expect((await askSource(context, 'search', [finance])).named).toEqual(
      new Map([['finance', [{ name: 'quant/lib', asclId: null }]]]),
    )
    expect(asked).toEqual([['topic:finance', 100]])
    const given = await askSource(context, 'lists', [lists])
    expect(given.fetched).toBe(2)
    expect(given.named.get('mine')).toEqual([
      { name: 'O/a', asclId: null },
      { name: 'O/b', asclId: null },
    ])
  })
})

describe('the domains of a run', () => {
  const settings = { domains: { astronomy: {}, finance: {} } } as unknown as Parameters<typeof domainsOf>[0]
  const ids = (domains: DomainOfRun[]) => domains.map(({ id }) => id)

  it('a run has all domains, or the requested one', () => {
    expect(ids(domainsOf(settings))).toEqual(['astronomy', 'finance'])
    expect(ids(domainsOf(settings, 'finance'))).toEqual(['finance'])
    expect(ids(domainsOf(settings, 'nothing'))).toEqual([])
  })
})
