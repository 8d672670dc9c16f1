import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { startRun } from '../../../client/runs.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'

const [modStats] = PIPELINES

describe('mod-stats on the real servers', () => {
  let stack: TestStack
  let worker: RunningWorker
  beforeAll(async () => {
    stack = await startTestStack({ mods: 20, pages: 70, schedules: false })
    worker = await stack.startWorker()
  })
  afterAll(async () => {
    await worker.stop()
    await stack.stop()
  })

  it('stores what the simulator knows, and a second run adds no row', async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    const first = await endingOf(await startRun(stack.client, modStats, 'manual'))
    expect(first.outcome).toBe('complete')
    const count = async () =>
      (
        await stack.database.db.execute<{ days: number; versions: number; packs: number }>(sql`select
        (select count(*)::int from daily_stats) as days, (select count(*)::int from version_stats) as versions,
        (select count(*)::int from modpack_stats) as packs`)
      ).rows[0]
    const before = await count()
    const second = await endingOf(await startRun(stack.client, modStats, 'manual'))
    expect(second.outcome).toBe('complete')
    expect(await count()).toEqual(before)
  })

  it('is partial with the reason, in its record too, if the file of modpacks cannot be written', async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    const file = join(stack.config.dataDir, 'curseforge_modpacks.csv')
    rmSync(file, { force: true })
    mkdirSync(file)
    const handle = await startRun(stack.client, modStats, 'manual')
    try {
      const { outcome, counts } = await endingOf(handle)
      expect(outcome).toBe('partial')
      expect(counts['modpacks']?.why.join()).toMatch(
        /^curseforge_modpacks\.csv was not written: Misconfigured: /,
      )
      expect(
        await stack.database.select(
          sql`select outcome from pipeline_runs where run_id = ${handle.firstExecutionRunId}`,
        ),
      ).toEqual([{ outcome: 'partial' }])
    } finally {
      rmdirSync(file)
    }
  })

  it('is partial and names the rows, in its record too, if stored rows break a check', async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    await stack.database.db.execute(
      sql`with gone as (insert into mods (name, tracked) values ('Gone', false) returning id)
        insert into daily_stats (date, platform, mod_id, followers, observed_at, run_id)
        select (now() at time zone 'UTC')::date, 'modrinth', id, -1, now(), 'r' from gone`,
    )
    try {
      const handle = await startRun(stack.client, modStats, 'manual')
      const { outcome, counts } = await endingOf(handle)
      expect(outcome).toBe('partial')
      expect(counts['checks']?.why).toEqual([
        'daily_stats: followers is below 0, or no number (modrinth Gone)',
      ])
      expect(
        await stack.database.select(sql`
          select outcome, counts->'checks'->>'outcome' as checks,
            (select json_agg(table_name || ' ' || name) from check_results c where c.run_id = r.run_id and not passed) as broken
          from pipeline_runs r where run_id = ${handle.firstExecutionRunId}`),
      ).toEqual([{ outcome: 'partial', checks: 'partial', broken: ['daily_stats followers-range'] }])
    } finally {
      await stack.database.db.execute(sql`delete from daily_stats where followers = -1`)
      await stack.database.db.execute(sql`delete from mods where name = 'Gone'`)
    }
  })

  it('requests a modpack once a run, however many mods it contains', async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    await stack.database.db.execute(sql`truncate modpacks`)
    await stack.database.db.execute(sql`update mods set dependents_page = 1, dependents_read_at = null`)
    stack.simulator.requests.clear()
    await endingOf(await startRun(stack.client, modStats, 'manual'))
    const slugs = stack.simulator.requests
      .list()
      .flatMap(({ path }) => /mods\/search.*[?&]slug=([^&]+)/.exec(path)?.[1] ?? [])
    const packs = await stack.database.select<{ rows: number; slugs: number }>(
      sql`select count(*)::int as rows, count(distinct slug)::int as slugs from modpacks`,
    )
    // Some packs contain several of the mods; otherwise the test would prove nothing.
    expect(packs[0]?.rows).toBeGreaterThan(packs[0]?.slugs ?? 0)
    expect(slugs.toSorted()).toEqual([...new Set(slugs)].toSorted())
    expect(slugs).toHaveLength(packs[0]?.slugs ?? 0)
  })
})
