/** `kill -9` of a worker in the middle of a run: another one finishes it, and repeats only the step that was cut. */
// @module-tag long
import type { Run } from '../../core/run.ts'
import { defaultPayloadConverter } from '@temporalio/common'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun, type RunHandle } from '../../client/runs.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { startCommand } from '../support/command.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { stored, truthOf } from '../support/truth.ts'
import { until } from '../support/until.ts'

const [modStats] = PIPELINES
const MODS = 500
/** Enough that some batches are done and others are not: 500 lists of files alone are as many requests. */
const REQUESTS_BEFORE_THE_KILL = 250

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({
    schedules: false,
    mods: MODS,
    pages: 1_000,
    simulator: { rateLimits: false, clock: () => new Date('2026-03-10T12:00:00Z') },
  })
})
afterAll(async () => {
  await stack.stop()
})

/** Activities that ended, from the history: name and the cursor with which they began. */
async function recordedSteps(handle: RunHandle): Promise<{ step: string; after: number }[]> {
  const { events } = await handle.fetchHistory()
  const done = new Set(
    (events ?? []).map((event) => String(event.activityTaskCompletedEventAttributes?.scheduledEventId)),
  )
  return (events ?? []).flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes
    const [payload] = scheduled?.input?.payloads ?? []
    if (!scheduled || !payload || !done.has(String(event.eventId))) return []
    const input = defaultPayloadConverter.fromPayload<{ after?: number } & Partial<Run>>(payload)
    return [{ step: scheduled.activityType?.name ?? '', after: input.after ?? 0 }]
  })
}

describe('a worker killed in the middle of a run', () => {
  it('a worker killed mid-run loses no row, doubles none, and recorded requests are not repeated', async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    const { simulator, database } = stack
    simulator.faults.set('curseforge', { kind: 'latency', ms: 10 })
    const first = startCommand(['worker'], stack.env)
    await first.said(/polling/)
    const handle = await startRun(stack.client, modStats, 'manual')
    await until(() => simulator.requests.count() >= REQUESTS_BEFORE_THE_KILL)
    first.kill('SIGKILL')
    await first.ended

    const recorded = await recordedSteps(handle)
    expect(recorded.map(({ step }) => step)).toContain('openModStats')
    expect(recorded.map(({ step }) => step)).toContain('collectCurseForge')
    const open = await database.select(sql`select outcome from pipeline_runs where finished_at is null`)
    expect(open).toEqual([{ outcome: 'running' }])
    const before = simulator.requests.list().length

    simulator.faults.clear()
    const second = startCommand(['worker'], stack.env)
    expect(await endingOf(handle)).toMatchObject({ outcome: 'complete' })
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)

    expect(await stored(database.db)).toEqual(truthOf(simulator.world))
    const again = simulator.requests
      .list()
      .slice(before)
      .map(({ path }) => path)
    for (const { step, after } of recorded) {
      const limit = { collectCurseForge: 100, collectModrinth: 200 }[step]
      if (limit === undefined) continue
      const mods = await database.select<{ curseforge_id: string; modrinth_id: string; modrinth: string }>(
        sql`select curseforge_id, modrinth_id, modrinth from mods where id > ${after} order by id limit ${limit}`,
      )
      const names = mods.flatMap((mod) =>
        step === 'collectModrinth'
          ? [`%22${mod.modrinth}%22`, `%22${mod.modrinth_id}%22`]
          : [`/mods/${mod.curseforge_id}/files`],
      )
      expect(again.filter((path) => names.some((name) => path.includes(name)))).toEqual([])
    }
    expect(again.length).toBeGreaterThan(0)
    const records = await database.select(sql`select outcome, run_id from pipeline_runs`)
    expect(records).toEqual([{ outcome: 'complete', run_id: handle.firstExecutionRunId }])
  })
})
