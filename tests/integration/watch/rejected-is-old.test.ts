/** A source whose every row is rejected has no new data, however often it answers. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newestOf } from '../../../watch/newest.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi({ 'mod-stats': { mods: [{ modrinth: 'createnuclear' }] } })
})
afterAll(() => api.stop())

const newest = async (pipeline: 'mod-stats' | 'match-results', source: string) => {
  const found = await newestOf(api.database.db, [pipeline], api.config)
  const at = found.get(pipeline)?.find((one) => one.source === source)?.at
  return at === null || at === undefined ? at : new Date(at).toISOString()
}

it('mods whose downloads could not be read make no new day', async () => {
  await api.database.db.execute(sql`insert into mods (modrinth, tracked) values ('createnuclear', true)`)
  await api.database.db.execute(sql`
    insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id) values
      ('2026-03-01', 'modrinth', 1, 100, '2026-03-01 02:00Z', 'r'), ('2026-03-02', 'modrinth', 1, null, '2026-03-02 02:00Z', 's')`)
  expect(await newest('mod-stats', 'modrinth')).toBe('2026-03-01T02:00:00.000Z')
})

it('polls of which no event could be read are no news, those of an empty feed are', async () => {
  const poll = (minute: number, { told = '[]', unread = '[]', truncated = false }) => sql`
    insert into feed_polls (feed, kind, collected_for, polled_at, truncated, told, unread, observed_at, run_id)
    select 'onexbet', 'feed', at, at, ${truncated}, ${told}::jsonb, ${unread}::jsonb, at, 'r'
    from (select timestamptz '2026-03-01 10:00Z' + ${minute} * interval '1 minute' as at) polled`
  const { db } = api.database
  await db.execute(poll(1, { unread: '[7]' }))
  // Nothing was ever read: it gets old from its first poll on.
  await db.execute(poll(2, { unread: '[7]' }))
  expect(await newest('match-results', 'feed')).toBe('2026-03-01T10:01:00.000Z')
  await db.execute(poll(3, { told: '[{"eventId": 7}]' }))
  await db.execute(poll(4, {}))
  await db.execute(poll(5, { unread: '[7]' }))
  await db.execute(poll(6, { truncated: true }))
  expect(await newest('match-results', 'feed')).toBe('2026-03-01T10:04:00.000Z')
})
