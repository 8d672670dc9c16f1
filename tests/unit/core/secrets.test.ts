/** Our secrets are hidden in every form in which an upstream may send them back; ordinary words are not. */
import { describe, expect, it } from 'vitest'
import { hideSecrets, redacted, secretsOfAddress } from '../../../core/secrets.ts'

describe('a secret', () => {
  it('is hidden as it is, in an address, in JSON and as part of a longer word', () => {
    const key = 'k3y"with/$pecial'
    hideSecrets([key])
    const forms = [key, encodeURIComponent(key), JSON.stringify(key), `Bearer${key}x`]
    for (const form of forms)
      expect(redacted(`before ${form} after`)).toMatch(/^before .*\[hidden\].* after$/)
    expect(redacted(forms.join(' '))).not.toMatch(/k3y|pecial/)
  })

  it('that contains another one is hidden as a whole', () => {
    hideSecrets(['shortone', 'shortone-and-more'])
    expect(redacted('shortone-and-more, shortone')).toBe('[hidden], [hidden]')
  })

  it('of a few letters hides nothing: it would take words out of sentences', () => {
    hideSecrets(['demo', '', 'almanac'])
    expect(redacted('almanac runs the demo')).toBe('almanac runs the demo')
  })
})

describe('an address', () => {
  it('has its password as a secret, decoded and as it is, and as Basic credentials', () => {
    const address = 'postgresql://joe:p%40ss-w%C3%B6rd@db.example:5432/almanac'
    expect(secretsOfAddress(address)).toEqual([
      'p%40ss-w%C3%B6rd',
      'p@ss-wörd',
      Buffer.from('joe:p@ss-wörd').toString('base64'),
    ])
  })

  it('has no secret without a password, or with one that is the name of its user', () => {
    const addresses = [
      'https://api.example/v2',
      'postgres://postgres:postgres@localhost/x',
      'no address',
      '%',
    ]
    expect(addresses.flatMap(secretsOfAddress)).toEqual([])
  })

  it('with a bare % is not decoded', () => {
    expect(secretsOfAddress('http://joe:100%25-sure%@host')).toContain('100%25-sure%')
  })
})
