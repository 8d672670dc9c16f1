/** The `almanac` command against a stack: its output and its exit codes. */
import { PIPELINES } from '../../pipelines/index.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../local/taken-port.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { command, startCommand, type CommandResult } from '../support/command.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

interface RunJson {
  workflowId: string
  runId: string
  outcome: string
  counts: Record<string, { outcome: string; why: string[] }>
}

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack()
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})
beforeEach(async () => {
  stack.simulator.faults.clear()
  // A run of the test before would write into tables that are empty by then.
  await until(async () => (await stack.client.workflow.count('ExecutionStatus = "Running"')).count === 0)
  await stack.database.db.execute(sql`truncate daily_stats, version_stats, modpack_stats, modpacks, mods,
    pipeline_runs, raw_payloads, quarantine restart identity cascade`)
})

const almanac = (...args: string[]): Promise<CommandResult> => command(args, stack.env)

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await almanac(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Answer
}

const refuseAll = () => {
  for (const upstream of ['modrinth', 'curseforge', 'curseforge-web'])
    stack.simulator.faults.set(upstream, { kind: 'refuse' })
}

/** One sentence on standard error, nothing else, no stack trace. */
function expectSentence({ stdout, stderr }: CommandResult, sentence: RegExp): void {
  expect(stdout).toBe('')
  expect(stderr).toMatch(sentence)
  expect(stderr).not.toMatch(/^\s+at /m)
}

describe('almanac run', () => {
  it('"run --wait --json" prints JSON, and "show" finds the run by each of its names', async () => {
    const ran = await json<RunJson & { seconds: number; link: string }>('run', 'mod-stats', '--wait')
    expect(ran.outcome).toBe('complete')
    expect(ran.workflowId).toMatch(/^mod-stats-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
    expect(Object.keys(ran.counts).toSorted()).toEqual(['curseforge', 'modpacks', 'modrinth'])
    for (const name of [ran.workflowId, ran.runId, ran.runId.slice(0, 18)]) {
      const shown = await json<RunJson & { steps: { step: string; state: string }[] }>('show', name)
      expect(shown).toMatchObject({ workflowId: ran.workflowId, outcome: 'complete', counts: ran.counts })
      expect(shown.steps.length).toBeGreaterThan(3)
      expect(new Set(shown.steps.map(({ state }) => state))).toEqual(new Set(['done']))
    }
    const { stdout } = await almanac('show', ran.workflowId)
    expect(stdout).toContain(ran.link)
    expect(stdout).toMatch(/modrinth\s+complete\s+\d+\s+\d+\s+0/)
    expect(stdout).toMatch(/collectModrinth\s+done\s+1/)
  })

  it('"run" without --wait returns at once', async () => {
    const { workflowId } = await json<RunJson>('run', 'mod-stats')
    await stack.client.workflow.getHandle(workflowId).result()
    const { stdout, code } = await almanac('run', 'mod-stats')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^started mod-stats-/)
    // The record of the second must not come into the tables of the next test; the server lists a run late.
    await until(async () => {
      const ended = await stack.database.select(sql`select from pipeline_runs where outcome = 'complete'`)
      return ended.length === 2
    })
  })

  it('"run --wait" reports what waits, why and until when, and continues when the upstream responds', async () => {
    refuseAll()
    const running = startCommand(['run', 'mod-stats', '--wait'], stack.env)
    const waits =
      /collectModrinth waiting after attempt \d+: UpstreamUnavailable: modrinth GET .*, next attempt at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/
    await running.said(waits)
    const [run] = await json<RunJson[]>('runs')
    const shown = await almanac('show', run?.workflowId ?? '')
    expect(shown.stdout).toMatch(/collectModrinth\s+(waiting|running)\s+\d+/)
    expect(shown.stdout).toMatch(/UpstreamUnavailable/)
    stack.simulator.faults.clear()
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/complete after/)
  })

  it('"run --wait" says at Ctrl+C that the run goes on, and "run" says that the next one is skipped for it', async () => {
    refuseAll()
    const running = startCommand(['run', 'mod-stats', '--wait'], stack.env)
    await running.said(/collectModrinth waiting/)
    running.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    const id = /^(mod-stats-\S+)/m.exec(stdout)?.[1] ?? ''
    expect(code).toBe(130)
    expect(stderr).toContain(`The run goes on without you: "./almanac show ${id}" shows it`)
    const second = (await almanac('run', 'mod-stats')).stdout
    expect(second).toContain(`, which ends as skipped: ${id} goes on`)
    await stack.client.workflow.getHandle(/^started ([^,]+),/.exec(second)?.[1] ?? '').result()
    stack.simulator.faults.clear()
    await stack.client.workflow.getHandle(id).result()
  })

  it('"run --wait" ends as failed with the table and exit code 1 at its bound', async () => {
    refuseAll()
    const { code, stdout } = await almanac('run', 'mod-stats', '--wait', '--input', 'boundSeconds=3')
    expect(stdout).toMatch(/failed after/)
    expect(stdout).toMatch(/modrinth\s+failed\s+0\s+0\s+0\s+UpstreamUnavailable: /)
    expect(stdout).toMatch(/curseforge\s+failed\s+0\s+0\s+0\s+UpstreamUnavailable: /)
    expect(code).toBe(1)
    const records = await stack.database.select(sql`select outcome from pipeline_runs`)
    expect(records).toEqual([{ outcome: 'failed' }])
  })

  it('a partial run exits with 1 only with --strict', async () => {
    stack.simulator.faults.set('curseforge-web', { kind: 'challenge', status: 403 })
    const lenient = await almanac('run', 'mod-stats', '--wait')
    expect(lenient.stdout).toMatch(/partial after/)
    expect(lenient.code).toBe(0)
    expect((await almanac('run', 'mod-stats', '--wait', '--strict')).code).toBe(1)
  })
})

describe('almanac cancel', () => {
  it('"cancel" ends a run and its record becomes cancelled', async () => {
    refuseAll()
    const { workflowId } = await json<RunJson>('run', 'mod-stats')
    const outcome = () =>
      stack.database.select<{ outcome: string }>(
        sql`select outcome from pipeline_runs where workflow_id = ${workflowId}`,
      )
    await until(async () => (await outcome()).length > 0)
    expect((await almanac('cancel', workflowId)).code).toBe(0)
    await until(async () => (await outcome())[0]?.outcome === 'cancelled')
    const again = await almanac('cancel', 'mod-stats-never')
    expect(again.code).toBe(2)
    expectSentence(again, /No run "mod-stats-never" is going on/)
  })
})

describe('almanac runs', () => {
  it('"runs" lists the newest runs first, up to the limit', async () => {
    await stack.database.db.execute(sql`insert into pipeline_runs
      (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
      select 'r' || n, 'mod-stats-' || n, 'mod-stats', 'schedule', now() - n * interval '1 day', now(), 'complete'
      from generate_series(1, 4) as n`)
    const runs = await json<RunJson[]>('runs', 'mod-stats', '--limit', '2')
    expect(runs.map(({ workflowId }) => workflowId)).toEqual(['mod-stats-1', 'mod-stats-2'])
    const { stdout } = await almanac('runs')
    expect(stdout.split('\n')[0]).toMatch(/run\s+outcome\s+trigger\s+started/)
    expect(stdout.match(/mod-stats-\d/g)).toHaveLength(4)
  })

  it('"runs" says what to do if there are no runs', async () => {
    const { code, stdout } = await almanac('runs')
    expect(code).toBe(0)
    expect(stdout).toMatch(/no runs yet/)
  })
})

describe('wrong usage exits with 2 and one sentence', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown pipeline', ['run', 'mod-stat'], /There is no pipeline "mod-stat"; there are: mod-stats/],
    ['an unknown option', ['runs', '--limt', '3'], /unknown option '--limt'[^]*--limit/],
    ['an unknown command', ['rum'], /unknown command 'rum'[^]*run/],
    ['a wrong number', ['runs', '--limit', 'many'], /expected a whole number/],
    ['an unknown parameter', ['run', 'mod-stats', '--input', 'bound=3'], /bound/],
    ['a parameter without a value', ['run', 'mod-stats', '--input', 'boundSeconds'], /expected key=value/],
    [
      'a parameter that is not a number',
      ['run', 'mod-stats', '--input', 'boundSeconds=soon'],
      /boundSeconds/,
    ],
    ['an unknown run', ['show', 'mod-stats-never'], /There is no run "mod-stats-never"/],
  ])('exits with 2 and one sentence: %s', async (_, args, sentence) => {
    const result = await almanac(...args)
    expect(result.code).toBe(2)
    expectSentence(result, sentence)
  })

  it('a command rejects an invalid setting', async () => {
    const result = await command(['runs'], { ...stack.env, COLLECTION_INTERVAL: '5' })
    expect(result.code).toBe(2)
    expectSentence(result, /COLLECTION_INTERVAL: found "5"; expected at least 60/)
  })
})

describe('an unreachable service exits with 3', () => {
  it('a command exits with 3 when Temporal is unreachable', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const result = await command(['run', 'mod-stats'], { ...stack.env, TEMPORAL_ADDRESS: address })
    expect(result.code).toBe(3)
    expectSentence(result, new RegExp(`Temporal does not answer at ${address}; check TEMPORAL_ADDRESS`))
  })

  it('a command exits with 3 when the database is unreachable, without showing its password', async () => {
    const url = `postgresql://almanac:hidden@127.0.0.1:${await freePort()}/almanac`
    const result = await command(['runs'], { ...stack.env, DATABASE_URL: url })
    expect(result.code).toBe(3)
    expectSentence(result, /The database said: .*ECONNREFUSED/)
    expect(result.stderr).not.toContain('hidden')
  })

  it('a command shows a stack trace only with --verbose', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const result = await command(['run', 'mod-stats', '--verbose'], {
      ...stack.env,
      TEMPORAL_ADDRESS: address,
    })
    expect(result.code).toBe(3)
    expect(result.stderr).toMatch(/^\s+at /m)
  })
})

describe('almanac schedules', () => {
  it('"schedules" lists, pauses, resumes and triggers', async () => {
    const list = () => json<{ id: string; state: string }[]>('schedules', 'list')
    const state = async () => (await list()).find(({ id }) => id === 'mod-stats')
    expect((await list()).map(({ id, state }) => [id, state])).toEqual(
      PIPELINES.map(({ id }) => [id, id === 'mod-stats' ? 'active' : 'paused']),
    )
    expect(await json('schedules', 'pause', 'mod-stats')).toEqual({ id: 'mod-stats', done: 'paused' })
    expect(await state()).toMatchObject({ state: 'paused' })
    await json('schedules', 'resume', 'mod-stats')
    expect(await state()).toMatchObject({ state: 'active' })
    await json('schedules', 'trigger', 'mod-stats')
    await until(async () => {
      const rows = await stack.database.select(
        sql`select from pipeline_runs where trigger = 'schedule' and outcome = 'complete'`,
      )
      return rows.length === 1
    })
  })
})

describe('colours', () => {
  it('uses colours when wanted and never with NO_COLOR', async () => {
    await json('run', 'mod-stats', '--wait')
    const paint = { ...stack.env, FORCE_COLOR: '1' }
    expect((await command(['runs'], paint)).stdout).toContain('\u001b[')
    const { NO_COLOR, ...plain } = { ...stack.env, NO_COLOR: '1' }
    expect((await command(['runs'], { ...plain, NO_COLOR })).stdout).not.toContain('\u001b[')
  })
})
