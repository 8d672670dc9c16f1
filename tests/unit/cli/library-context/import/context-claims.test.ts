import { describe, expect, it } from 'vitest'
import {
  claimFiles,
  type Claimant,
  type GivenContext,
} from '../../../../../cli/library-context/import/context-claims.ts'
import { dedupe, parseOldList } from '../../../../../cli/library-context/import/list-entries.ts'
import { foldCase } from '../../../../../upstreams/github/repository-name.ts'
import { describeRecorded, recording } from '../../../upstreams/recordings.ts'

const file = (name: string, folder = 'contexts'): GivenContext => ({
  path: `${folder}/${name}`,
  file: name,
  folder,
})

const claimant = (name: string, ...contextFiles: string[]): Claimant => ({
  library: foldCase(name),
  names: [name],
  contextFiles,
  domains: ['astronomy'],
})

/** Library by file, as far as files have one. */
function owners(files: GivenContext[], claimants: Claimant[]): Record<string, string> {
  const { filesOf } = claimFiles(files, claimants)
  return Object.fromEntries(
    [...filesOf].flatMap(([library, own]) => own.map(({ path }) => [path, library] as const)),
  )
}

describe('a context file', () => {
  it.each([
    'owner__My.lib_x-context.txt',
    'owner-My.lib_x-context.txt',
    'owner-my-lib-x-context.txt',
    'My.lib_x-context.txt',
    'my-lib-x-context.txt',
  ])('a context file named %s is that of owner/My.lib_x', (name) => {
    expect(owners([file(name)], [claimant('owner/My.lib_x'), claimant('owner/other')])).toEqual({
      [`contexts/${name}`]: 'owner/my.lib_x',
    })
  })

  it('a context file is that of the library whose list names it, in any case and whatever the rules say', () => {
    expect(owners([file('Anything.txt')], [claimant('a/b', 'anything.TXT')])).toEqual({
      'contexts/Anything.txt': 'a/b',
    })
  })

  it('a context file that fits no library is unmatched', () => {
    const { unmatched, filesOf } = claimFiles([file('other-context.txt')], [claimant('a/b')])
    expect(unmatched.map((one) => one.file)).toEqual(['other-context.txt'])
    expect(filesOf.size).toBe(0)
  })

  it('a context file that two libraries of one name could have written is given to neither', () => {
    const both = [
      claimant('spacetelescope/poppy', 'poppy-context.txt'),
      claimant('mperrin/poppy', 'poppy-context.txt'),
    ]
    const { shared, filesOf } = claimFiles([file('poppy-context.txt')], both)
    expect([...shared.values()]).toEqual([['spacetelescope/poppy', 'mperrin/poppy']])
    expect(filesOf.size).toBe(0)
  })

  it('a context file with the owner in its name differs from that of a library of the same name', () => {
    const both = [
      claimant('spacetelescope/poppy', 'poppy-context.txt'),
      claimant('mperrin/poppy', 'poppy-context.txt'),
    ]
    const files = [file('poppy-context.txt'), file('mperrin-poppy-context.txt')]
    expect(owners(files, both)).toEqual({ 'contexts/mperrin-poppy-context.txt': 'mperrin/poppy' })
  })

  it("a context file that one library's list names is not that of another, whose list names another", () => {
    const named = [claimant('a-b/c', 'a-b-c-context.txt'), claimant('a/b-c', 'other.txt')]
    expect(owners([file('a-b-c-context.txt')], named)).toEqual({ 'contexts/a-b-c-context.txt': 'a-b/c' })
    const silent = [claimant('a-b/c', 'a-b-c-context.txt'), claimant('a/b-c')]
    expect(owners([file('a-b-c-context.txt')], silent)).toEqual({})
  })

  it('a context file in the folder of a domain is that of a library of this domain', () => {
    const ofFinance = { ...claimant('money/poppy'), domains: ['finance'] }
    const files = [file('poppy-context.txt', 'finance'), file('poppy-context.txt', 'elsewhere')]
    expect(owners(files, [claimant('mperrin/poppy'), ofFinance])).toEqual({
      'finance/poppy-context.txt': 'money/poppy',
    })
  })
})

it('the file that a list names comes first, then those with the owner in their name', () => {
  const files = ['b-context.txt', 'a-b-context.txt', 'a__b-context.txt', 'said.txt'].map((name) => file(name))
  const { filesOf } = claimFiles(files, [claimant('a/b', 'said.txt')])
  expect(filesOf.get('a/b')?.map((one) => one.file)).toEqual([
    'said.txt',
    'a__b-context.txt',
    'a-b-context.txt',
    'b-context.txt',
  ])
})

describeRecorded('the recorded lists', () => {
  const flagged = (state: string): Claimant[] => {
    const { entries } = parseOldList(recording(`libraries/astronomy-libraries.${state}.json`), 'list.json')
    return dedupe(
      entries.flatMap((parsed) => ('row' in parsed ? [parsed.row] : [])),
      foldCase,
    )
      .filter(({ hasContext }) => hasContext)
      .map((one) => ({ ...one, names: [one.name], domains: ['astronomy'] }))
  }
  const filesNamedBy = (claimants: Claimant[]) =>
    [...new Set(claimants.flatMap(({ contextFiles }) => contextFiles))].map((name) => file(name))

  it('the list of August has 16 files for 17 flags: two libraries are called poppy', () => {
    const claimants = flagged('2025-08-12.fd715c6')
    const { filesOf, shared, unmatched } = claimFiles(filesNamedBy(claimants), claimants)
    expect(filesOf.size).toBe(15)
    expect([...shared.values()]).toEqual([['spacetelescope/poppy', 'mperrin/poppy']])
    expect(unmatched).toEqual([])
  })

  it('the list of September has a file for each of its 96 flags', () => {
    const claimants = flagged('2025-09-27.a4a15b5')
    const { filesOf, shared, unmatched } = claimFiles(filesNamedBy(claimants), claimants)
    expect([filesOf.size, shared.size, unmatched.length]).toEqual([96, 0, 0])
  })

  it('the naming rules alone find each file of September, without the names in the list', () => {
    const claimants = flagged('2025-09-27.a4a15b5')
    const silent = claimants.map((one) => ({ ...one, contextFiles: [] }))
    expect(claimFiles(filesNamedBy(claimants), silent).filesOf.size).toBe(96)
  })
})
