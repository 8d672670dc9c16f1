import { describe, expect, it } from 'vitest'
import { WrongUsage } from '../../../../../core/failures.ts'
import {
  dedupe,
  parseOldList,
  type ListEntry,
  type OldList,
} from '../../../../../cli/library-context/import/list-entries.ts'
import { foldCase } from '../../../../../upstreams/github/repository-name.ts'
import { describeRecorded, recording } from '../../../upstreams/recordings.ts'

const list = (libraries: unknown, rest: object = {}) =>
  parseOldList(JSON.stringify({ libraries, domain: 'astronomy', ...rest }), 'list.json')

const rows = ({ entries }: OldList): ListEntry[] =>
  entries.flatMap((parsed) => ('row' in parsed ? [parsed.row] : []))

const reasons = ({ entries }: OldList): string[] =>
  entries.flatMap((parsed) => ('reason' in parsed ? [parsed.reason] : []))

const entry = (name: string, rest: Partial<ListEntry> = {}): ListEntry => ({
  name,
  stars: 10,
  rank: null,
  hasContext: false,
  contextFile: null,
  ...rest,
})

describeRecorded('the recorded lists', () => {
  it.each([
    ['2025-08-12.fd715c6', 17, 'python-skyfield-context.txt'],
    ['2025-09-27.a4a15b5', 96, 'skyfielders-python-skyfield-context.txt'],
  ])('the list %s has 100 entries without their own day', (state, flags, contextFile) => {
    const parsed = parseOldList(recording(`libraries/astronomy-libraries.${state}.json`), 'list.json')
    expect(parsed).toMatchObject({ domain: 'astronomy', day: undefined })
    expect(rows(parsed)).toHaveLength(100)
    expect(rows(parsed).filter(({ hasContext }) => hasContext)).toHaveLength(flags)
    expect(rows(parsed)[0]).toMatchObject({ name: 'skyfielders/python-skyfield', rank: 1, contextFile })
  })
})

describe('an old list', () => {
  it('an absent, null or empty key does not flag a context', () => {
    const names = [{}, { contextFileName: null }, { contextFileName: '' }, { contextFileName: ' ' }]
    const parsed = list(names.map((rest) => ({ name: 'a/b', stars: 1, hasContextFile: false, ...rest })))
    expect(rows(parsed).map(({ contextFile }) => contextFile)).toEqual([null, null, null, null])
  })

  it('an entry without a flag has no context', () => {
    expect(rows(list([{ name: 'a/b', stars: 1 }]))).toEqual([entry('a/b', { stars: 1 })])
  })

  it('takes the day of last_updated, including local time without a zone', () => {
    expect(list([], { last_updated: '2025-09-01T02:31:05.123456' }).day).toBe('2025-09-01')
    expect(list([], { last_updated: '2025-09-01T23:30:00-04:00' }).day).toBe('2025-09-02')
    expect(list([], { last_updated: null }).day).toBeUndefined()
  })

  it('rejects one entry of a list with its reason, and keeps the others', () => {
    const parsed = list([
      { name: 'a/b', stars: -1 },
      { name: 'a/b', stars: '12' },
      { name: 'no repository', stars: 3 },
      { name: 'a/b', github_url: 'https://github.com/c/d', stars: 3 },
      'a/b',
      { name: 'good/one', stars: 3 },
    ])
    expect(reasons(parsed)).toEqual([
      'stars are below 0',
      'stars are not a whole number',
      'name is not the owner/name of a repository on GitHub',
      'name is not the repository of github_url',
      'the entry is not an object with name and stars',
    ])
    expect(rows(parsed).map(({ name }) => name)).toEqual(['good/one'])
  })

  it('accepts a repository named by its address alone', () => {
    expect(rows(list([{ github_url: 'https://github.com/A/b.git', stars: 3 }]))).toEqual([
      entry('A/b', { stars: 3 }),
    ])
  })

  it.each([
    ['{"libraries": [', /list\.json is not valid JSON/],
    ['[]', /list\.json: the entry is not an object/],
    ['{"domain": "astronomy"}', /list\.json: libraries is not a list/],
    ['{"libraries": []}', /list\.json: domain /],
    ['{"libraries": [], "domain": "../x"}', /list\.json: domain is not a name in lower case/],
    ['{"libraries": [], "domain": "x", "last_updated": "soon"}', /list\.json: last_updated /],
  ])('%s is not a list', (text, message) => {
    const read = () => parseOldList(text, 'list.json')
    expect(read).toThrow(WrongUsage)
    expect(read).toThrow(message)
  })
})

describe('entries of one library', () => {
  it("merges entries that differ in case, with the list's capitals, the most stars and every flag", () => {
    const entries = [
      entry('cobayasampler/cobaya', { stars: 150, rank: 30, hasContext: true, contextFile: 'old.txt' }),
      entry('CobayaSampler/cobaya', { stars: 149, rank: 31, contextFile: 'new.txt' }),
    ]
    expect(dedupe(entries, foldCase)).toEqual([
      {
        library: 'cobayasampler/cobaya',
        name: 'CobayaSampler/cobaya',
        stars: 150,
        rank: 30,
        hasContext: true,
        contextFiles: ['old.txt', 'new.txt'],
      },
    ])
  })

  it('merges the entries of an old and a new name', () => {
    const libraryOf = (name: string) => (name === 'google/jax' ? 'jax-ml/jax' : name)
    const once = dedupe([entry('google/jax'), entry('jax-ml/jax')], libraryOf)
    expect(once.map(({ library }) => library)).toEqual(['jax-ml/jax'])
  })
})
