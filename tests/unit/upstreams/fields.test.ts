/** Fields of answers that are other than known are counted by name, once an answer. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { compareFields, comparing, returnFields, takeFields } from '../../../upstreams/fields.ts'
import { driftOf } from './drift.ts'

const KNOWN = { client: 'drifting', object: 'thing', needed: ['id', 'name'], others: ['colour'] }
const compared = (client: string, ...rows: unknown[]) =>
  driftOf(client, () => {
    compareFields({ ...KNOWN, client }, rows)
  })

describe('a field that is needed', () => {
  it('is missing if no object of the answer has it', async () => {
    expect(await compared('needs', { id: 1 }, { id: 2, colour: 'red' })).toEqual(['missing thing.name'])
    expect(await compared('needs', { id: 1 }, { id: 2, name: null })).toEqual([])
  })

  it('is missing only from as many objects as tell', async () => {
    const few = { ...KNOWN, client: 'few', least: 3 }
    const of = (...rows: unknown[]) =>
      driftOf('few', () => {
        compareFields(few, rows)
      })
    expect(await of({ id: 1 }, { id: 2 })).toEqual([])
    expect(await of({ id: 1 }, { id: 2 }, { id: 3 })).toEqual(['missing thing.name'])
  })

  it('is not missed in an answer without objects', async () => {
    expect(await compared('none')).toEqual([])
    expect(await compared('none', null, 'text', [1])).toEqual([])
  })
})

describe('a field that nobody knows', () => {
  it('is counted once an answer, among the first objects', () => {
    takeFields()
    const whole = { id: 1, name: 'a' }
    compareFields(KNOWN, [
      { ...whole, size: 1 },
      { ...whole, size: 2 },
    ])
    compareFields(KNOWN, [whole, { ...whole, size: 3 }])
    compareFields(KNOWN, [...Array.from({ length: 20 }, () => whole), { ...whole, late: 1 }])
    expect(takeFields()).toEqual([
      { client: 'drifting', object: 'thing', field: 'size', drift: 'unknown', answers: 2 },
    ])
  })

  it('has a cleaned name of limited length', async () => {
    const names = await compared('hostile', {
      id: 1,
      name: 'a',
      ['\u001b[31m red\n\0\ud800 \u202e']: 1,
      ['x'.repeat(10_000)]: 1,
    })
    expect(names).toHaveLength(2)
    for (const name of names) {
      expect(name).not.toMatch(/[\0\u001b\n\ud800\u202e]/)
      expect(name.length).toBeLessThanOrEqual('unknown thing.'.length + 60)
    }
  })

  it('is one of twenty names of its object, or one of the others', async () => {
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${from + at}`, 1]))
    const first = await compared('many', { id: 1, name: 'a', ...many(0, 50) })
    expect(first).toHaveLength(21)
    expect(first.at(-1)).toBe('unknown thing.…')
    expect(await compared('many', { id: 1, name: 'a', ...many(100, 50), f3: 1 })).toEqual([
      'unknown thing.…',
      'unknown thing.f3',
    ])
  })
})

it('a schema compares what it is given, and takes it as before', async () => {
  const schema = comparing({ ...KNOWN, client: 'schema' }, z.array(z.object({ id: z.int() })))
  expect(schema.parse([{ id: 1 }])).toEqual([{ id: 1 }])
  expect(await driftOf('schema', () => schema.safeParse([{ id: 'wrong' }]))).toEqual(['missing thing.name'])
  const single = comparing({ ...KNOWN, client: 'schema' }, z.object({ id: z.int() }))
  expect(await driftOf('schema', () => single.parse({ id: 1, name: 'a', odd: 1 }))).toEqual([
    'unknown thing.odd',
  ])
})

it('what could not be stored is counted on', () => {
  takeFields()
  compareFields(KNOWN, [{ id: 1 }])
  const taken = takeFields()
  compareFields(KNOWN, [{ id: 1 }])
  returnFields(taken)
  expect(takeFields()).toEqual([expect.objectContaining({ field: 'name', answers: 2 })])
  expect(takeFields()).toEqual([])
})
