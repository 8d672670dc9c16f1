/** Which sources a blocked limit leaves without anybody to ask. */
import { expect, it } from 'vitest'
import { blockedAmong } from '../../../watch/blocked.ts'

const now = Date.parse('2026-11-30T12:00:00Z')
const [past, future] = [new Date(now - 60_000), new Date(now + 60_000)]
const limit = (client: string, blockedUntil: Date | null) => ({
  client,
  blockedAt: blockedUntil === null ? null : past,
  blockedUntil,
  blockedStatus: 429,
})
const upstreams = [{ name: 'One', sources: ['one'], clients: ['api', 'web'], steps: [] }]
const sourcesOf = (...limits: ReturnType<typeof limit>[]) =>
  blockedAmong(upstreams, limits, now).map(({ client, sources }) => [client, sources])

it('all sources of an upstream of which every limit is blocked', () => {
  expect(sourcesOf(limit('api', future), limit('web', future))).toEqual([
    ['api', ['one']],
    ['web', ['one']],
  ])
})

it('none while another limit or client is open, or was blocked before', () => {
  expect(sourcesOf(limit('api', future), limit('api', null))).toEqual([['api', []]])
  expect(sourcesOf(limit('api', future), limit('web', past))).toEqual([
    ['api', []],
    ['web', []],
  ])
})

it('nothing of a client that no upstream has', () => {
  expect(sourcesOf(limit('other', future))).toEqual([])
})
