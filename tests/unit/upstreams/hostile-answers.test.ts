/** Answers made to be slow or large take no longer than others of their size: each of these took seconds to minutes. */
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { complaintIn } from '../../../activities/library-context/contextmaker/complaint.ts'
import { parseCatalogue } from '../../../upstreams/ascl.ts'
import { isChallenge } from '../../../upstreams/challenge.ts'
import { parseDependents } from '../../../upstreams/curseforge/dependents-markup.ts'
import { statusKind } from '../../../upstreams/onexbet/onexbet-status.ts'
import { parseBody, parseRows } from '../../../upstreams/payload.ts'
import { LONG_UNIT_MS } from '../../support/bounds.ts'

// Squared time would be more than this for each.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const MB = 1024 * 1024
const filled = (part: string, bytes = MB) => part.repeat(Math.ceil(bytes / part.length))
const invalid = (says: string) =>
  expect.objectContaining({
    type: 'PayloadInvalid',
    message: expect.stringContaining(says) as string,
  }) as Error

describe('a pattern', () => {
  it.each(['<title', '<title ', 'request blocked. ', 'verifying that '])(
    'recognises no challenge in a page of "%s"',
    (part) => {
      expect(isChallenge(new Headers({ 'content-type': 'text/html' }), filled(part))).toBe(false)
    },
  )

  it('reads a list of links that never ends', async () => {
    const record = { ascl_id: '1303.002', title: 'x', abstract: '', site_list: `a:1:{${filled('s:0:"')}` }
    expect((await parseCatalogue(JSON.stringify({ 1: record }))).entries).toMatchObject([
      { repositories: [] },
    ])
  })

  it('reads the time in a status of digits', () => {
    expect(statusKind(`o${filled('0')}`)).toHaveLength(MB + 1)
  })

  it('finds the complaint in a log of one line', () => {
    expect(complaintIn(`K.${filled('Exit.')}\u2028`)).toContain('K.Exit.')
  })
})

describe('a page of dependents', () => {
  it.each(['<b><p>', '<div>', '<a><b>', '</p>', '<table><tr><a href="/minecraft/modpacks/x">'])(
    'refuses a page of "%s" before it has taken memory',
    (part) => {
      expect(() => parseDependents(filled(part))).toThrow(invalid('more than'))
    },
  )

  it('reads a page of text, of attributes, and of what is no tag', () => {
    for (const part of ['word ', '&amp;', '<', '<!--', '<a href="'])
      expect(parseDependents(filled(part)).packs).toEqual([])
    expect(parseDependents(`<p ${filled('a=b ')}>`).packs).toEqual([])
  })
})

describe('a JSON body', () => {
  const rows = z.array(z.unknown())

  it('refuses one that is nested deeper than any, without another attempt', () => {
    const deep = '['.repeat(65) + ']'.repeat(65)
    expect(() => parseBody(rows, `[{"a":${deep}}]`, 'test')).toThrow(invalid('more than 64 levels'))
    expect(() => parseBody(rows, filled('{"a":'), 'test')).toThrow(invalid('more than 64 levels'))
  })

  it('counts neither brackets in texts nor levels that were closed', () => {
    const text = '[[{"\\'.repeat(100)
    const body = JSON.stringify([{ text }, ...Array.from({ length: 200 }, () => [[['a']]])])
    expect(parseBody(rows, body, 'test')).toEqual(JSON.parse(body))
  })

  it('refuses one with more values than any', () => {
    expect(() => parseBody(rows, `[${'0,'.repeat(1_000_000)}0]`, 'test')).toThrow(
      invalid('more than 1000000'),
    )
  })

  it('refuses a thousand wrong rows together, and a few one by one', () => {
    const schema = z.object({ id: z.number() })
    expect(parseRows(schema, [{}, { id: 1 }, {}])).toMatchObject({ rows: [{ id: 1 }], rejected: [{}, {}] })
    const wrong = Array.from({ length: 100_000 }, () => ({}))
    expect(() => parseRows(schema, wrong)).toThrow(invalid('1000 rows have another shape'))
  })
})
