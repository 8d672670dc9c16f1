/** What the pages of runs work out for themselves. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { endingWord } from '../../../dashboard/pages/runs/ending.ts'
import { fieldsOf, paramsOf } from '../../../dashboard/pages/runs/fields.ts'
import { linesOf } from '../../../dashboard/pages/runs/log.ts'
import { outcomeOf } from '../../../dashboard/pages/runs/shapes.ts'
import { failingFirst, isTroubled } from '../../../dashboard/pages/runs/steps.ts'
import { listOf, reasonOf, secondsOf, startOf, sumOf } from '../../../dashboard/pages/runs/sums.ts'
import { formatIn } from '../../../dashboard/format.ts'
import { PIPELINES } from '../../../pipelines/index.ts'

describe('the list of runs', () => {
  it('is of the newest of each pipeline until a person filters it', () => {
    const all = { pipeline: undefined, outcome: undefined }
    expect(listOf(all)).toEqual({ ...all, each: 5 })
    expect(listOf({ ...all, pipeline: 'mods' })).toEqual({ ...all, pipeline: 'mods' })
    expect(listOf({ ...all, outcome: 'failed' })).toEqual({ ...all, outcome: 'failed' })
  })

  it('tells the second at which a run of less than a minute began', () => {
    const began = (finished_at: string | null) =>
      startOf(formatIn('en-GB', 'UTC'), { started_at: '2026-11-29T10:00:07Z', finished_at })
    expect(began('2026-11-29T10:01:06Z')).toBe('29 Nov 2026, 10:00:07')
    expect(began('2026-11-29T10:01:07Z')).toBe('29 Nov 2026, 10:00')
    expect(began(null)).toBe('29 Nov 2026, 10:00')
  })
})

it('a child workflow ends in a word of each language; one of another version keeps its own', () => {
  const say = (key: string) => `<${key}>`
  expect(endingWord(say, 'title-only')).toBe('<ending.title-only>')
  expect(endingWord(say, null)).toBeNull()
  expect(endingWord(say, 'other')).toBe('other')
})

const schemaOf = (params: z.ZodType) => ({ ...z.toJSONSchema(params, { io: 'input' }) })

describe('the form of a run', () => {
  it.each(PIPELINES.map(({ id, params }) => [id, params] as const))(
    'has a field with a label and its help for each parameter of %s',
    (_, params) => {
      const fields = fieldsOf(schemaOf(params))
      expect(fields.map(({ name }) => name)).toEqual(Object.keys(params.shape))
      for (const { name, title, help } of fields) {
        expect(title).not.toBe(name)
        expect(help).not.toBe('')
      }
    },
  )

  const params = z.strictObject({
    seconds: z.coerce.number().int().optional(),
    isForced: z.union([z.boolean(), z.stringbool()]).optional(),
    from: z.union([z.iso.date(), z.iso.datetime()]).optional(),
    day: z.iso.date().optional(),
    size: z.enum(['small', 'large']).optional(),
    name: z.string().optional(),
  })

  it('has the kind of field that its parameter takes', () => {
    const fields = fieldsOf(schemaOf(params))
    expect(Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))).toEqual({
      seconds: 'number',
      isForced: 'flag',
      from: 'moment',
      day: 'moment',
      size: 'choice',
      name: 'text',
    })
    expect(fields.find(({ name }) => name === 'size')?.choices).toEqual(['small', 'large'])
  })

  it('sends what was filled in, as the pipeline takes it', () => {
    const filled = new Map([
      ['seconds', '40'],
      ['isForced', 'true'],
      ['from', ' 2026-11-01 '],
      ['name', '   '],
    ])
    const sent = paramsOf(fieldsOf(schemaOf(params)), (name) => filled.get(name) ?? '')
    expect(sent).toEqual({ seconds: 40, isForced: true, from: '2026-11-01' })
    expect(params.parse(sent)).toEqual(sent)
  })

  it('has no field for a schema without properties', () => {
    expect(fieldsOf({})).toEqual([])
  })
})

describe('the activities of a run', () => {
  it('stand with the failing ones first, in their order otherwise', () => {
    const steps = (['done', 'running', 'failed', 'done', 'waiting'] as const).map((state, at) => ({
      state,
      at,
    }))
    expect(failingFirst(steps).map(({ at }) => at)).toEqual([2, 4, 1, 0, 3])
  })

  it.each([
    ['failed', null, true],
    ['waiting', 'Blocked: no', true],
    ['running', 'Blocked: no', true],
    ['running', null, false],
    ['waiting', null, false],
    ['done', 'Blocked: once', false],
  ] as const)('that are %s after %j are in trouble: %s', (state, failure, isInTrouble) => {
    expect(isTroubled({ state, failure })).toBe(isInTrouble)
  })
})

describe('a run', () => {
  const source = { outcome: 'complete' as const, fetched: 5, written: 3, rejected: 1, why: [], reasons: [] }

  it('has the sums of its sources, and none before one reported', () => {
    expect(sumOf({ counts: { a: source, b: source } }, 'written')).toBe(6)
    expect(sumOf({ counts: {} }, 'rejected')).toBe(null)
  })

  it('has no duration while it runs, and none below zero', () => {
    const started_at = '2026-11-29T12:00:00Z'
    expect(secondsOf({ started_at, finished_at: null })).toBe(null)
    expect(secondsOf({ started_at, finished_at: '2026-11-29T12:01:30Z' })).toBe(90)
    expect(secondsOf({ started_at, finished_at: '2026-11-29T11:00:00Z' })).toBe(0)
  })

  it('says its error, else the first reason of a source', () => {
    const counts = { a: source, b: { ...source, why: ['Blocked: no', 'late'] } }
    expect(reasonOf({ error: 'Timeout: late', counts })).toBe('Timeout: late')
    expect(reasonOf({ error: null, counts })).toBe('Blocked: no')
    expect(reasonOf({ error: null, counts: { a: source } })).toBe(null)
  })

  it('has a badge for its outcome alone', () => {
    expect(outcomeOf('partial')).toBe('partial')
    expect(outcomeOf('kept')).toBe(undefined)
  })
})

describe('the lines of a log', () => {
  it('are read from JSON, and kept as text where they are cut off', () => {
    const log = [
      '{"level":30,"time":5,"msg":"began"}',
      '{"level":40,"time":6,"msg":"will retry","err":{"message":"HTTP 503"}}',
      '{"level":50,"time":7,"msg":"HTTP 503, gave up","err":{"message":"HTTP 503"}}',
      '{"level":20,"msg":"detail"}',
      '{"level":30,"ti',
      '',
    ].join('\n')
    expect(linesOf(log)).toEqual([
      { time: 5, level: 'info', text: 'began' },
      { time: 6, level: 'warn', text: 'will retry: HTTP 503' },
      { time: 7, level: 'error', text: 'HTTP 503, gave up' },
      { time: undefined, level: 'debug', text: 'detail' },
      { time: undefined, level: 'info', text: '{"level":30,"ti' },
    ])
    expect(linesOf('')).toEqual([])
  })
})
