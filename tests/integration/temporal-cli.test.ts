/** Temporal's own command line understands our runs and schedules: readable ids, attributes, summaries. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun, type RunHandle } from '../../client/runs.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { temporalCommand } from '../support/temporal-command.ts'
import { until } from '../support/until.ts'

const RUN_ID = /^mod-stats-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

let stack: TestStack
let worker: RunningWorker
let run: RunHandle
let temporal: (...args: string[]) => Promise<string>
beforeAll(async () => {
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('mod-stats is not in the registry')
  stack = await startTestStack()
  worker = await stack.startWorker()
  temporal = temporalCommand(temporalExecutable(toolsDir), stack.config.env)
  run = await startRun(stack.client, pipeline, 'manual')
  expect((await endingOf(run)).outcome).toBe('complete')
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})

/** Parsed `-o json` output. */
async function json(...args: string[]): Promise<unknown> {
  return JSON.parse(await temporal(...args, '-o', 'json'))
}

/** Ids that a query lists, once the server's visibility store has caught up with our run. */
async function listed(query: string): Promise<string[]> {
  return until(async () => {
    const found = (await json('workflow', 'list', '--query', query)) as {
      execution: { workflowId: string }
    }[]
    const ids = found.map(({ execution }) => execution.workflowId)
    return ids.includes(run.workflowId) && ids
  })
}

/** A value as the command prints it: base64 of JSON. */
const decoded = (payload: { data: string } | undefined): unknown =>
  payload && JSON.parse(Buffer.from(payload.data, 'base64').toString())

describe('temporal schedule', () => {
  it('temporal schedule list names the pipeline', async () => {
    await until(async () => /^\s*mod-stats\s/m.test(await temporal('schedule', 'list')))
  })

  it('temporal schedule describe shows what it starts', async () => {
    const text = await temporal('schedule', 'describe', '-s', 'mod-stats')
    expect(text).toContain('modStatsWorkflow')
    expect(text).toContain('Skip')
    const { memo } = (await json('schedule', 'describe', '-s', 'mod-stats')) as {
      memo: { fields: { managedBy: { data: string } } }
    }
    expect(decoded(memo.fields.managedBy)).toBe('almanac')
  })

  it('temporal schedule trigger starts a run with a readable id', async () => {
    await temporal('schedule', 'trigger', '-s', 'mod-stats')
    const { workflow } = await until(
      async () =>
        (await stack.client.schedule.getHandle('mod-stats').describe()).info.recentActions.at(-1)?.action,
    )
    expect(workflow.workflowId).toMatch(RUN_ID)
    const ending = await endingOf(stack.client.workflow.getHandle(workflow.workflowId))
    expect(ending.outcome).toBe('complete')
  })

  it('temporal schedule toggle pauses and resumes, and the reason shows', async () => {
    const state = async () => (await stack.client.schedule.getHandle('mod-stats').describe()).state
    await temporal('schedule', 'toggle', '-s', 'mod-stats', '--pause', '--reason', 'maintenance')
    expect(await state()).toMatchObject({ paused: true, note: 'maintenance' })
    await temporal('schedule', 'toggle', '-s', 'mod-stats', '--unpause', '--reason', 'done')
    expect(await state()).toMatchObject({ paused: false, note: 'done' })
  })
})

describe('temporal workflow', () => {
  it('temporal workflow list finds runs by pipeline and by outcome', async () => {
    for (const id of await listed('Pipeline="mod-stats"')) expect(id).toMatch(RUN_ID)
    expect(await listed('Outcome="complete"')).toContain(run.workflowId)
  })

  it('temporal workflow describe shows the attributes and the static summary', async () => {
    const text = await temporal('workflow', 'describe', '-w', run.workflowId)
    expect(text).toContain('modStatsWorkflow')
    expect(text).toMatch(/Outcome.*complete/)
    expect(text).toMatch(/Pipeline.*mod-stats/)
    const found = (await json('workflow', 'describe', '-w', run.workflowId)) as {
      executionConfig: { userMetadata: { summary: string } }
    }
    expect(found.executionConfig.userMetadata.summary).toBe('mod-stats, manual')
  })

  it('temporal workflow show has a summary at every activity', async () => {
    expect(await temporal('workflow', 'show', '-w', run.workflowId)).toContain('ActivityTaskScheduled')
    const { events } = (await json('workflow', 'show', '-w', run.workflowId)) as {
      events: {
        activityTaskScheduledEventAttributes?: { activityType: { name: string } }
        userMetadata?: { summary?: { data: string } }
      }[]
    }
    const summaries = events.flatMap((event) => {
      const step = event.activityTaskScheduledEventAttributes?.activityType.name
      return step === undefined ? [] : [[step, decoded(event.userMetadata?.summary)]]
    })
    expect(Object.fromEntries(summaries)).toEqual({
      openModStats: 'Take the run lock, follow almanac.yaml',
      collectModrinth: 'Modrinth: downloads, followers, versions',
      collectCurseForge: 'CurseForge: downloads, thumbs up, files',
      discoverModpacks: 'CurseForge website: new modpacks',
      refreshModpacks: 'CurseForge: downloads of known modpacks',
      closeModStats: 'Close the record: complete',
    })
  })
})
