import { describe, expect, it } from 'vitest'
import { contextFile, listFile } from '../../../../activities/library-context/publish.ts'
import type { StoredContext } from '../../../../db/queries/library-context/contexts.ts'
import type { KnownLibrary } from '../../../../db/queries/library-context/libraries.ts'
import { domain } from './domain.ts'

const listedAt = new Date('2026-11-21T02:00:05Z')

const known = (library: string, name: string, state = 'present'): [string, KnownLibrary] => [
  library,
  { library, name, githubId: 1, stars: 5, state, reason: null, askedAt: listedAt },
]

const context: StoredContext = {
  library: 'skyfielders/python-skyfield',
  name: 'skyfielders/python-skyfield',
  file: 'skyfielders__python-skyfield-context.txt',
  hash: 'x',
  bytes: 10,
  tokens: 12_345,
  engine: 'contextmaker',
  mode: 'safe',
  commit: 'c0ffee',
  madeAt: listedAt,
  leftAt: null,
}

const published = () =>
  listFile(
    domain({ keywords: ['astro', 'sky'] }),
    {
      date: '2026-11-21',
      listedAt,
      places: [
        { library: 'skyfielders/python-skyfield', rank: 1, stars: 1570 },
        { library: 'o/old', rank: 2, stars: 7 },
        { library: 'o/unasked', rank: 3, stars: null },
      ],
    },
    new Map([
      known('skyfielders/python-skyfield', 'skyfielders/python-skyfield'),
      known('o/old', 'O/Old', 'archived'),
    ]),
    new Map([[context.library, context]]),
  )

describe('the published list', () => {
  it('publishes the documented keys in the documented order, then ours', () => {
    const list = published()
    expect(Object.keys(list)).toEqual(['libraries', 'domain', 'description', 'keywords', 'last_updated'])
    const documented = ['name', 'github_url', 'stars', 'rank', 'hasContextFile', 'contextFileName']
    for (const one of list.libraries) expect(Object.keys(one).slice(0, documented.length)).toEqual(documented)
    expect(list).toMatchObject({
      domain: 'astronomy',
      description: 'Astronomy and cosmology',
      keywords: ['astro', 'sky'],
      last_updated: '2026-11-21T02:00:05.000Z',
    })
  })

  it('publishes the keys of the documented recording for a library with a context', () => {
    expect(published().libraries[0]).toEqual({
      name: 'skyfielders/python-skyfield',
      github_url: 'https://github.com/skyfielders/python-skyfield',
      stars: 1570,
      rank: 1,
      hasContextFile: true,
      contextFileName: 'skyfielders__python-skyfield-context.txt',
      archived: false,
      contextEngine: 'contextmaker',
      contextCommit: 'c0ffee',
      contextTokens: 12_345,
      contextMadeAt: '2026-11-21T02:00:05.000Z',
    })
  })

  it('publishes that a library has no context, in the case of GitHub’s name', () => {
    const [, old, unasked] = published().libraries
    expect(old).toMatchObject({
      name: 'O/Old',
      github_url: 'https://github.com/O/Old',
      archived: true,
      hasContextFile: false,
      contextFileName: '',
      contextEngine: null,
      contextMadeAt: null,
    })
    expect(unasked).toMatchObject({ name: 'o/unasked', stars: 0, rank: 3 })
  })

  it('publishes "last_updated" on one line, for grep', () => {
    const lines = JSON.stringify(published(), null, 2).split('\n')
    expect(lines.filter((line) => line.includes('last_updated'))).toEqual([
      '  "last_updated": "2026-11-21T02:00:05.000Z"',
    ])
  })
})

describe('the file of a context', () => {
  it('names a context file by owner and name, so that two libraries of one name have two', () => {
    expect(contextFile('spacetelescope/poppy')).toBe('spacetelescope__poppy-context.txt')
    expect(contextFile('other/poppy')).toBe('other__poppy-context.txt')
  })
})
