/** What PostgreSQL would refuse in a request of a data set is refused before, in words; what it takes is asked of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_DATA_SETS } from '../../../api/all-data-sets.ts'
import type { ColumnType } from '../../../api/data-set.ts'
import { assembleApi, type AssembledApi } from '../../../api/server.ts'
import { loadConfig } from '../../../config/load-config.ts'

const GOOD: Record<ColumnType, string> = {
  text: "x' or '1'='1",
  integer: '-12',
  number: '1.5',
  boolean: 'true',
  date: '2026-11-01',
  time: '2026-11-01T10:00:00.000Z',
}
const BAD: Record<ColumnType, string[]> = {
  text: ['\0', 'x'.repeat(301)],
  integer: ['x', '1.5', '1'.repeat(17), '9007199254740993', ''],
  number: ['NaN', '1e999'],
  boolean: ['maybe'],
  date: ['2026-02-30', '0000-01-01', 'today'],
  time: ['2026-02-30', '0000-01-01T00:00:00Z', '2026-11-01T00:00:00+16:00', 'now'],
}

const root = mkdtempSync(join(tmpdir(), 'almanac-requests-'))
let api: AssembledApi
beforeAll(async () => {
  // Nothing listens on port 9: what is asked of the database gets 503.
  const env = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
  }
  api = await assembleApi(loadConfig({ env, root }), undefined, { error: () => undefined })
})
afterAll(async () => {
  await api.close()
  rmSync(root, { recursive: true })
})

async function status(address: string, query: Record<string, string>): Promise<number> {
  const { statusCode } = await api.api.inject({ url: address, query, headers: { host: '127.0.0.1' } })
  return statusCode
}
const cursor = (values: unknown) => ({ after: Buffer.from(JSON.stringify(values)).toString('base64url') })

describe.each(ALL_DATA_SETS.map((placed) => [placed.address, placed] as const))(
  '%s',
  (address, { set: { columns, order, time } }) => {
    const typeOf = (name: string) => columns[name]?.type ?? 'text'

    it('takes good filters, times and cursors', async () => {
      const filters = Object.entries(columns).filter(([, { isFilter }]) => isFilter === true)
      const values = filters.map(([name, { type }]) => [name, GOOD[type]] as const)
      const span = time === undefined ? {} : { from: GOOD[typeOf(time)], to: '2026-11-02' }
      const after = cursor(order.map((name) => GOOD[typeOf(name)]))
      expect(await status(address, { ...Object.fromEntries(values), ...span, ...after })).toBe(503)
    })

    it('refuses filters and times that are none', async () => {
      for (const [name, { type, isFilter }] of Object.entries(columns))
        if (isFilter === true)
          for (const bad of BAD[type])
            expect([name, bad, await status(address, { [name]: bad })]).toEqual([name, bad, 400])
      if (time === undefined) return
      for (const bad of BAD[typeOf(time)])
        expect([bad, await status(address, { from: bad })]).toEqual([bad, 400])
    })

    it('takes its own columns, and refuses others in words', async () => {
      const [first = '', last = ''] = [Object.keys(columns).at(-1), order[0]]
      expect(await status(address, { columns: `${first},${last},${first}` })).toBe(503)
      expect(await status(`${address}/export`, { columns: first })).toBe(503)
      for (const wrong of ['', `${first},`, `${first}x`, `${first} , ${last}`, '*'])
        expect([wrong, await status(address, { columns: wrong })]).toEqual([wrong, 400])
    })

    it('refuses cursors that are none', async () => {
      const good = order.map((name) => GOOD[typeOf(name)])
      const bad = [...good.keys()].map((at) => good.with(at, BAD[typeOf(order[at] ?? '')][0] ?? ''))
      for (const values of [...bad, [...good, 'x'], good.slice(1), good.map(() => 1), {}, null])
        expect([values, await status(address, cursor(values))]).toEqual([values, 400])
    })
  },
)
