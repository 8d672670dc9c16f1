import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'csv-parse/sync'
import {
  distinct,
  foldCase,
  FULL_NAME,
  repositoriesInText,
  repositoryIn,
} from '../../../../upstreams/github/repository-name.ts'
import { describeRecorded, recording } from '../recordings.ts'
import { anyText } from '../../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

describe('the repository of an address', () => {
  it.each([
    ['https://github.com/Owner/Name'],
    ['http://www.github.com/Owner/Name.git'],
    ['github.com/Owner/Name/'],
    ['GitHub.com/Owner/Name'],
    ['https://github.com/Owner/Name/tree/main/docs'],
    ['https://github.com/Owner/Name/blob/main/a.py#L3'],
    ['https://github.com/Owner/Name#readme'],
    ['https://github.com/Owner/Name?tab=readme'],
    ['https://github.com/Owner/Name.'],
    ['https://github.com/Owner/Name.git.'],
    ['https://github.com/Owner/Name..'],
    ['https://github.com/Owner/Name),'],
    ['https://github.com/Owner/Name">'],
    ['https://github.com//Owner//Name//'],
    ['https://github.com:443/Owner/Name'],
    ['https://user@github.com/Owner/Name'],
    ['git@github.com:Owner/Name.git'],
    ['ssh://git@github.com/Owner/Name.GIT'],
    ['git+https://github.com/Owner/Name.git'],
    ['  https://github.com/Owner/Name \n'],
  ])('reads %j as Owner/Name', (address) => {
    expect(repositoryIn(address)).toBe('Owner/Name')
  })

  it('accepts a name that ends with a dash, and rejects a dot or a folder', () => {
    expect(repositoryIn('https://github.com/awmann/M_-M_K-')).toBe('awmann/M_-M_K-')
    expect(repositoryIn('https://github.com/dstndstn/astrometry.net')).toBe('dstndstn/astrometry.net')
    expect(repositoryIn('https://github.com/owner/.github')).toBe('owner/.github')
    expect(repositoryIn('https://github.com/owner/..')).toBeUndefined()
    expect(repositoryIn('https://github.com/owner/.git')).toBeUndefined()
  })

  it.each([
    ['an owner alone', 'https://github.com/owner'],
    ['an owner with a slash', 'https://github.com/owner/'],
    ['an owner with a query', 'https://github.com/owner?tab=repositories'],
    ['a gist', 'https://gist.github.com/owner/0123456789abcdef'],
    ['a file of another host', 'https://raw.githubusercontent.com/owner/name/main/a.py'],
    ['a page of an owner', 'https://owner.github.io/name'],
    ['a host that ends alike', 'https://notgithub.com/owner/name'],
    ['a host that begins alike', 'https://github.com.example.org/owner/name'],
    ['a user that looks like the host', 'https://github.com@example.org/owner/name'],
    ['a path that looks like the host', 'https://example.org/github.com/owner/name'],
    ['an organisation page', 'https://github.com/orgs/astropy/repositories'],
    ['a sponsor', 'https://github.com/sponsors/somebody'],
    ['a topic', 'https://github.com/Topics/astronomy'],
    ['an app', 'https://github.com/marketplace/actions'],
    ['an upload', 'https://github.com/user-attachments/assets/1'],
    ['an owner that begins with a dash', 'https://github.com/-owner/name'],
    ['an owner that is too long', `https://github.com/${'a'.repeat(40)}/name`],
    ['a name that is too long', `https://github.com/owner/${'a'.repeat(101)}`],
    ['a name that goes on in another alphabet', 'https://github.com/owner/na-ïve'],
    ['an encoded name', 'https://github.com/owner/na%2Fme'],
    ['a kelvin sign, which folds to k', 'https://github.com/owner/\u212Aelvin'],
    ['nothing', ''],
  ])('finds no repository in %s', (_what, address) => {
    expect(repositoryIn(address)).toBeUndefined()
  })
})

describe('the repositories of a text', () => {
  it('finds the repositories of a text once each, in order, in the case of their first mention', () => {
    const text =
      'See <a href="https://github.com/Astropy/regions">github.com/astropy/Regions</a>, also http://www.github.com/a/b.git. ' +
      'Not api.github.com/repos/c/d nor gist.github.com/e/f, but (https://web.archive.org/web/2019/https://github.com/g/h).'
    expect(repositoriesInText(text)).toEqual(['Astropy/regions', 'a/b', 'g/h'])
  })

  it('reads a megabyte of noise quickly', () => {
    const senseless = `github.com/a/${'.git'.repeat(250_000)}x github.com/${'a'.repeat(1_000_000)} github.com/c/d`
    expect(repositoriesInText(senseless)).toEqual(['c/d'])
  })
})

describe('any text', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9._%/:@?#~ é-]{0,30}$/)
  const address = fc
    .tuple(
      fc.constantFrom('https://github.com/', 'github.com/', 'http://www.github.com/', 'git@github.com:', ''),
      word,
      fc.constantFrom('/', '//', '', '.git/'),
      word,
      fc.constantFrom('', '.git', '.', '.git.', '/tree/x', ')', '"'),
    )
    .map((parts) => parts.join(''))

  it('reads any text as a full name or nothing, and the same again from the result', () => {
    fc.assert(
      fc.property(fc.oneof(address, anyText), (text) => {
        const found = [repositoryIn(text), ...repositoriesInText(text)].filter((name) => name !== undefined)
        for (const name of found) {
          expect(name).toMatch(FULL_NAME)
          expect(repositoryIn(`https://github.com/${name}`)).toBe(name)
          expect(repositoryIn(`https://github.com/${name}.git`)).toBe(name)
        }
      }),
    )
  })

  it('finds a valid name in its address', () => {
    const name = fc
      .tuple(
        fc.stringMatching(/^x[A-Za-z0-9-]{0,38}$/),
        fc.stringMatching(/^[A-Za-z0-9._-]{0,90}[A-Za-z0-9_-]$/),
      )
      .map((parts) => parts.join('/'))
      .filter((fullName) => !fullName.toLowerCase().endsWith('.git'))
    fc.assert(
      fc.property(name, (fullName) => {
        expect(repositoryIn(`https://github.com/${fullName}/issues`)).toBe(fullName)
      }),
    )
  })
})

it('compares names without regard to case', () => {
  expect(foldCase('AstroPy/Regions')).toBe('astropy/regions')
  expect(distinct(['B/b', 'a/A', 'b/B', 'A/a'])).toEqual(['B/b', 'a/A'])
})

describeRecorded('the recorded extraction', () => {
  it('reads each of the 2,532 addresses as the recorded repository', () => {
    const rows = parse<{ github_url: string }>(recording('libraries/ascl_repos_with_stars.2025-07-31.csv'), {
      columns: true,
    })
    expect(rows).toHaveLength(2_532)
    const changed = rows.filter(
      ({ github_url }) => `github.com/${repositoryIn(github_url) ?? ''}` !== github_url,
    )
    expect(changed).toEqual([])
  })
})
