/** A large JSON object is read member by member, as parsing it whole would, without holding the event loop. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parseMembers } from '../../../upstreams/members.ts'
import { rejection } from './loopback.ts'

const bounds = { maxChars: 10_000, maxValues: 1_000 }
const parsed = (body: string) => parseMembers(z.unknown(), { body, what: 'test', bounds })
const refused = (body: string) => rejection(parsed(body))

describe('members of an object', () => {
  it('are the values that parsing it whole gives', async () => {
    const objects = fc.dictionary(
      fc.string().filter((name) => Number.isNaN(Number(name))),
      fc.jsonValue(),
    )
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(0, 2), async (value, indent) => {
        const body = ` ${JSON.stringify(value, null, indent)}\n`
        expect((await parsed(body)).rows).toEqual(Object.values(JSON.parse(body) as object))
      }),
    )
  })

  it('cut anywhere are UpstreamUnavailable: the next response may be whole', async () => {
    const whole = '{"1":{"a":["]}",-1.5e3]},"\\"2":null}'
    for (let length = 0; length < whole.length; length++)
      expect([length, await refused(whole.slice(0, length))]).toMatchObject([
        length,
        { type: 'UpstreamUnavailable' },
      ])
  })

  it.each([
    '[]',
    'null',
    '<html>',
    '{"a":1,}',
    '{,}',
    '{"a"}',
    '{a:1}',
    '{"a":1]',
    '{"a":1} x',
    '{"a":[1}]}',
  ])('of %s are PayloadInvalid', async (body) => {
    expect(await refused(body)).toMatchObject({ type: 'PayloadInvalid' })
  })

  it.each([
    ['levels', `{"a":${'['.repeat(65)}`, 'more than 64 levels'],
    ['values', `{"a":[${'0,'.repeat(1_001)}`, 'more than 1000 values'],
    ['characters', `{"a":"${'x'.repeat(20_000)}"}`, 'more than 10000 characters'],
  ])('with too many %s are refused before they are parsed', async (_what, body, says) => {
    expect(await refused(body)).toMatchObject({
      type: 'PayloadInvalid',
      message: expect.stringContaining(says) as string,
    })
  })

  it('let others run while they are read', async () => {
    const body = `{${Array.from({ length: 60_000 }, (_, at) => `"${at}":[[1,2,3],"abc"]`).join(',')}}`
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const { rows } = await parsed(body)
    clearInterval(timer)
    expect(rows).toHaveLength(60_000)
    expect(turns).toBeGreaterThan(1)
  })
})
