/** Text of strangers can be stored, logged and printed, and holds none of our secrets. */
import { describe, expect, it } from 'vitest'
import { Failure, sentenceOf } from '../../../core/failures.ts'
import {
  cleanJson,
  cleanText,
  cleanValue,
  MAX_CHARACTERS,
  printable,
  printableJson,
  storable,
  storableJson,
} from '../../../core/foreign-text.ts'
import { hideSecrets } from '../../../core/secrets.ts'

/** NUL, an escape sequence that clears the screen, one that fills the clipboard, C1, half a pair, a bidi override. */
const HOSTILE = 'a\0b\u001b[2Jc\u001b]52;c;eA==\u0007d\u009b31me\ud800f\u202eg\r\nh\ti😀'
const CLEAN = 'a�b�[2Jc�]52;c;eA==�d�31me�f�g\nh\ti😀'

describe('text of strangers', () => {
  it('is printable: line feeds, tabs and characters of every language stay', () => {
    expect(printable(HOSTILE)).toBe(CLEAN)
    expect(printable('Zażółć 日本語 עברית 👩‍💻')).toBe('Zażółć 日本語 עברית 👩‍💻')
  })

  it('is cut to a length that no half character ends', () => {
    const cut = cleanText('😀'.repeat(MAX_CHARACTERS))
    expect(cut).toHaveLength(MAX_CHARACTERS)
    expect(cut).toMatch(/^(😀)+�?…$/u)
  })

  it('is cleaned at any depth of a value, in its keys too, and a deep value ends', () => {
    expect(cleanValue({ 'k\0': [HOSTILE, 1, null, { why: 'x\u001b' }] })).toEqual({
      'k�': [CLEAN, 1, null, { why: 'x�' }],
    })
    let deep: unknown = 'end'
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(JSON.stringify(cleanValue(deep)).length).toBeLessThan(100)
  })

  it('is stored with everything that the database can hold', () => {
    expect(storable(HOSTILE)).toBe(HOSTILE.replace('\0', '�').replace('\ud800', '�'))
    const value = { 'k\0': ['\ud800', 'C:\\u0000', '\u001b😀'] }
    expect(JSON.parse(storableJson(value))).toEqual({ 'k�': ['�', 'C:\\u0000', '\u001b😀'] })
  })

  it('commands no terminal as JSON, whose values stay as they are', () => {
    const json = printableJson(JSON.stringify({ name: HOSTILE }))
    expect(json).not.toMatch(/[\0-\x1f\x7f-\x9f\u202e]/)
    expect(JSON.parse(json)).toEqual({ name: HOSTILE })
  })

  it('is cleaned in a line of the log that is JSON already', () => {
    const line = `${JSON.stringify({ name: HOSTILE, path: 'C:\\u001b', at: '\u007f' })}\n`
    expect(JSON.parse(cleanJson(line))).toEqual({
      name: CLEAN.replace('\n', '�\n'),
      path: 'C:\\u001b',
      at: '�',
    })
  })
})

describe('a failure', () => {
  it('quotes strangers in its message and details without their control characters', () => {
    const failure = new Failure('NotFound', HOSTILE, { details: { excerpt: HOSTILE, status: 404 } })
    expect(failure.message).toBe(CLEAN)
    expect(failure.details).toEqual({ excerpt: CLEAN, status: 404 })
    expect(sentenceOf(new Error(HOSTILE))).toBe(CLEAN)
  })

  it('does not repeat a key that an upstream sent back', () => {
    hideSecrets(['$2a$10$sesame-open'])
    const { message, details } = new Failure('CredentialsRejected', 'no key "$2a$10$sesame-open"', {
      details: { query: 'key=%242a%2410%24sesame-open' },
    })
    expect([message, details]).toEqual(['no key "[hidden]"', { query: 'key=[hidden]' }])
  })
})
