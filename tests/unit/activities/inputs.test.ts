/** Every activity checks its input before it does anything: inputs of recorded runs pass, hostile ones do not. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createActivities } from '../../../worker/activities.ts'
import type { ActivityDependencies } from '../../../worker/pipelines/index.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { packageRoot } from '../../../system/package-root.ts'

interface Call {
  activity: string
  input: unknown[]
}

interface ScheduledEvent {
  activityTaskScheduledEventAttributes?: {
    activityType: { name: string }
    input?: { payloads: { data?: string }[] }
  }
}

/** What the recorded runs of all pipelines gave to their activities. */
const recorded: Call[] = filesIn('tests/replay/histories').flatMap((file) => {
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as { events: ScheduledEvent[] }
  return events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled === undefined
      ? []
      : [
          {
            activity: scheduled.activityType.name,
            input: (scheduled.input?.payloads ?? []).map(({ data }) =>
              data === undefined
                ? undefined
                : (JSON.parse(Buffer.from(data, 'base64').toString()) as unknown),
            ),
          },
        ],
  )
})

/** Parameters that no recorded run has. */
const withParams: Call[] = recorded.flatMap(({ activity, input: [first, ...rest] }) =>
  typeof first === 'object' && first !== null && 'params' in first
    ? [{ activity, input: [{ ...first, params: { domain: 'astronomy', library: 'Owner/name' } }, ...rest] }]
    : [],
)

function filesIn(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(packageRoot, folder, name))
}

/** Dependencies of which everything is a call that fails, from when the activities are made. */
const touched: PropertyKey[] = []
const tripwire: object = new Proxy(() => undefined, {
  get: (_, name) => {
    touched.push(name)
    return tripwire
  },
  apply: () => {
    throw new Error('called')
  },
})
const activities = createActivities(
  Object.fromEntries(PIPELINES.map(({ id }) => [id, tripwire])) as unknown as ActivityDependencies,
)
const names = Object.keys(activities)

const HOSTILE = [
  '../../etc',
  '..',
  '/etc/passwd',
  'a/../../b',
  'a\0',
  '',
  "'; drop table pipeline_runs; --",
  {},
  null,
  -1,
]

/** Texts for people and names of causes, of which no path, statement or address is made. */
const TEXT = /\.(why|error|reason)\b/
/** Temporal's ids of workflows may hold anything but control characters. */
const WORKFLOW_ID = /\.workflowId$/

/** Every place in a value that holds no list and no record, with the value that has another one there. */
function* replaced(value: unknown, hostile: unknown, at = ''): Generator<{ at: string; value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      for (const inner of replaced(one, hostile, `${at}.${index}`))
        yield { at: inner.at, value: value.with(index, inner.value) }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value))
      for (const inner of replaced(one, hostile, `${at}.${name}`))
        yield { at: inner.at, value: { ...value, [name]: inner.value } }
  } else if (value !== undefined) yield { at, value: hostile }
}

const placesOf = (input: unknown) => [...replaced(input, null)].map(({ at }) => at).join()

const callOf = async (name: string, input: unknown[]): Promise<unknown> => {
  const activity = activities[name] as unknown as (...input: unknown[]) => Promise<unknown>
  return activity(...input).catch((error: unknown) => error)
}

describe('the inputs of activities', () => {
  it('pass as the recorded runs of this and earlier versions gave them', () => {
    expect(new Set(recorded.map(({ activity }) => activity))).toEqual(new Set(names))
    for (const { activity, input } of [...recorded, ...withParams])
      expect(
        activities[activity]?.input.safeParse(input),
        `${activity} ${JSON.stringify(input)}`,
      ).toMatchObject({
        success: true,
      })
  })

  it.each(names)('%s refuses everything else before it touches anything', async (name) => {
    const inputs = [...recorded, ...withParams].filter(({ activity }) => activity === name)
    const distinct = new Map(inputs.map(({ input }) => [placesOf(input), input]))
    touched.length = 0
    const accepted: string[] = []
    const check = async (input: unknown[], what: string) => {
      const found = await callOf(name, input)
      if (!(found instanceof Error && 'type' in found && found.type === 'InputInvalid')) accepted.push(what)
    }
    for (const input of distinct.values()) {
      for (const hostile of HOSTILE) {
        for (const { at, value } of replaced(input, hostile)) {
          if (
            TEXT.test(at) ||
            (WORKFLOW_ID.test(at) && typeof hostile === 'string' && !/^$|\0/.test(hostile))
          )
            continue
          await check(value as unknown[], `${at} = ${JSON.stringify(hostile)}`)
        }
      }
      await check([...input, 'one more'], 'one more')
      if (input.length > 0) await check([], 'nothing')
    }
    // Compared once: a thousand times takes longer than what is tested.
    expect(accepted).toEqual([])
    expect(touched).toEqual([])
  })

  it('are named by what was found and expected', async () => {
    const run = { runId: '../../..', workflowId: 'w', pipeline: PIPELINES[0]?.id, trigger: 'manual' }
    const [open = ''] = names
    expect(await callOf(open, [{ ...run, startedAt: '2026-11-21T02:00:00.000Z' }])).toMatchObject({
      message: expect.stringMatching(
        /^input\.0\.runId: found "\.\.\/\.\.\/\.\."; expected a UUID\. Nothing was done/,
      ) as string,
    })
  })
})
