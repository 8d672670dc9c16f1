/** Today's workflows still run yesterday's runs: recorded histories replay, and the gate itself is tested. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { workflowBundle } from '../../worker/bundle.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { quietRuntime } from '../support/runtime.ts'

const folder = join(packageRoot, 'tests', 'replay', 'histories')
/** Text of each recorded history, by pipeline and name. */
const recorded = readdirSync(folder).flatMap((pipeline) =>
  readdirSync(join(folder, pipeline)).map((file) => ({
    workflowId: `${pipeline}-${file.replace('.json', '')}`,
    text: readFileSync(join(folder, pipeline, file), 'utf8'),
  })),
)

/** The first activity of each recorded history: every replay schedules it again. */
const RENAMED = new RegExp(`\\b(${[...firstActivities()].join('|')})\\b`, 'g')

/** Names of the first activity of each recorded history. */
function firstActivities(): Set<string> {
  return new Set(
    recorded.flatMap(({ text }) => /"activityType":\s*\{\s*"name":\s*"(\w+)"/.exec(text)?.[1] ?? []),
  )
}

let code: string
beforeAll(async () => {
  quietRuntime()
  code = readFileSync(await workflowBundle(toolsDir), 'utf8')
})

/** Replays all; returns the error of each replay, undefined if it succeeded. */
async function replay(code: string, histories: typeof recorded): Promise<Map<string, Error | undefined>> {
  // Under the id that it had: a night's chains are named after it.
  const nameOf = new Map(histories.map(({ workflowId, text }) => [recordedId(text), workflowId]))
  const results = Worker.runReplayHistories(
    { workflowBundle: { code } },
    histories.map(({ text }) => ({
      workflowId: recordedId(text),
      history: historyFromJSON(JSON.parse(text)),
    })),
  )
  const said = new Map<string, Error | undefined>()
  for await (const { workflowId, error } of results) said.set(nameOf.get(workflowId) ?? workflowId, error)
  return said
}

interface Recorded {
  events: { workflowExecutionStartedEventAttributes?: { workflowId: string } }[]
}

function recordedId(text: string): string {
  const { events } = JSON.parse(text) as Recorded
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? ''
}

describe('recorded histories', () => {
  it('has a recorded history for every pipeline and every outcome', () => {
    const expected = PIPELINES.flatMap(({ id }) =>
      ['cancelled', 'complete', 'failed', 'partial'].map((ending) => `${id}-${ending}`),
    )
    expect(recorded.map(({ workflowId }) => workflowId)).toEqual(expect.arrayContaining(expected))
  })

  it('recorded histories replay with the current workflows', async () => {
    const said = await replay(code, recorded)
    expect([...said.keys()].sort()).toEqual(recorded.map(({ workflowId }) => workflowId).sort())
    for (const [workflowId, error] of said) expect(error, workflowId).toBeUndefined()
  })

  it('replay fails if an activity of the history has another name', async () => {
    const histories = recorded.map((run) => ({ ...run, text: run.text.replace(RENAMED, 'other_$1') }))
    const said = await replay(code, histories)
    expect(said.size).toBe(recorded.length)
    for (const [workflowId, error] of said) expect(error?.name, workflowId).toBe('DeterminismViolationError')
  })

  it('replay fails if an activity of the workflow has another name', async () => {
    const said = await replay(code.replace(RENAMED, 'other_$1'), recorded)
    expect(said.size).toBe(recorded.length)
    for (const [workflowId, error] of said) expect(error?.name, workflowId).toBe('DeterminismViolationError')
  })

  it('recorded histories hold nothing of the machine that recorded them', () => {
    for (const { workflowId, text } of recorded)
      expect(text, workflowId).not.toMatch(/stackTrace|file:\/\/|node_modules|"[^"]*\d+@[^"]*"/)
  })
})
