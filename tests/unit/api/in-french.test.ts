/** What people read of a pipeline is there in French: English alone is a fault of its column. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createActivities } from '../../../worker/activities.ts'
import { PARAMS_IN_FRENCH } from '../../../api/french.ts'
import type { ParamInFrench } from '../../../api/in-french.ts'
import { API_PARTS } from '../../../api/parts.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { WATCH_PARTS } from '../../../watch/parts.ts'

/** Descriptions of the parameters of a pipeline's runs, by their names. */
const paramsOf = (params: z.ZodType) =>
  Object.entries(z.toJSONSchema(params, { io: 'input' }).properties ?? {}).map(
    ([name, property]) => [name, typeof property === 'object' ? property.description : undefined] as const,
  )

describe.each(PIPELINES)('api/$id/french.ts', ({ id, summary, params }) => {
  const { inFrench } = API_PARTS[id]

  it('has the summary', () => {
    expect(inFrench.summary).not.toBe(summary)
    expect(inFrench.summary).toMatch(/^\p{Lu}.*[^.]$/u)
  })

  it('says what each parameter does, unless api/french.ts does', () => {
    const french: Record<string, ParamInFrench> = { ...PARAMS_IN_FRENCH, ...inFrench.params }
    const names = paramsOf(params).map(([name]) => name)
    for (const [name, english] of paramsOf(params)) {
      expect(french[name], `French of the parameter ${name}`).toBeDefined()
      expect(french[name]?.help).not.toBe(english)
      expect(french[name]?.title).not.toBe(params.shape[name]?.meta()?.title)
    }
    for (const name of Object.keys(inFrench.params)) {
      expect(names).toContain(name)
      expect(Object.keys(PARAMS_IN_FRENCH), 'parameters of several pipelines').not.toContain(name)
    }
  })

  it('names upstreams that there are', () => {
    const names = WATCH_PARTS[id].upstreams.map(({ name }) => name)
    for (const name of Object.keys(inFrench.upstreams ?? {})) expect(names).toContain(name)
  })
})

it('each activity has its French in the column of its pipeline, and no other has', () => {
  // Activities are named before they get what they work with.
  const none = Object.fromEntries(PIPELINES.map(({ id }) => [id, {}]))
  const activities = Object.keys(createActivities(none as never))
  const told = PIPELINES.flatMap(({ id }) => Object.keys(API_PARTS[id].inFrench.steps))
  expect(told.toSorted()).toEqual(activities.toSorted())
})
