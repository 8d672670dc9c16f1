/** What a page asks again after a change: what has another answer, and nothing else. */
import { describe, expect, it } from 'vitest'
import { isConcerned, isOutdated, type Change } from '../../../dashboard/changes.ts'

const pipelines = ['mods', 'coins']
const concerns = (key: unknown[], change: Change, owner?: string) =>
  isConcerned(key, change, { owner, pipelines })

const rows: Change = { kind: 'rows', pipeline: 'mods', runId: 'run-1' }
const started: Change = { kind: 'run', pipeline: 'mods', runId: 'run-1', outcome: 'running' }
const ended: Change = { ...started, outcome: 'complete' }

describe('a change of a pipeline', () => {
  it.each([
    ['its data sets', ['/api/data/mods/daily?mod=a'], [true, false, true]],
    ['its data sets that are read whole', ['all rows', '/api/data/mods/daily', {}], [true, false, true]],
    ['its own routes', ['/api/mods/figures'], [true, false, true]],
    ["another pipeline's data sets", ['page', '/api/data/coins/hours', {}, 10, 1], [false, false, false]],
    ["another pipeline's own routes", ['/api/coins/list'], [false, false, false]],
    ['the list of pipelines', ['/api/pipelines'], [false, true, true]],
    ['the list of runs', ['/api/runs?limit=30'], [false, true, true]],
    ['the runs of the pipeline', ['/api/runs?pipeline=mods&limit=30'], [false, true, true]],
    ['the runs of another pipeline', ['/api/runs?pipeline=coins&limit=30'], [false, false, false]],
    ['the run itself, by its workflow', ['/api/runs/mods-2026'], [true, true, true]],
    ['the run itself, by its id', ['/api/runs/run-1'], [true, true, true]],
    ['another run', ['/api/runs/coins-2026'], [false, false, false]],
    ['rows that were refused', ['/api/data/stack/rejected-rows'], [true, true, true]],
    ['who is logged in', ['/api/session'], [false, false, false]],
    ['the list of data sets', ['/api/data'], [false, false, false]],
  ] as const)('is asked for %s as it must be', (_, key, expected) => {
    expect([rows, started, ended].map((change) => concerns([...key], change))).toEqual(expected)
  })

  it.each([
    ['what is being tried again', ['/api/retrying'], true],
    ['the run', ['/api/runs/run-1'], true],
    ['another run', ['/api/runs/run-2'], false],
    ['the list of runs', ['/api/runs?limit=30'], false],
    ['its data sets', ['/api/data/mods/daily'], false],
    ['its own routes', ['/api/mods/figures'], false],
  ])('in an activity asks for %s as it must', (_, key, expected) => {
    expect(concerns(key, { kind: 'activity', pipeline: 'mods', runId: 'run-1' })).toBe(expected)
  })

  it('of the servers asks for their state, and for everything once one went away or came back', () => {
    const stack: Change = { kind: 'stack', isNew: false }
    expect(concerns(['/api/alerts'], stack)).toBe(true)
    expect([concerns(['/api/stack'], stack), concerns(['/api/pipelines'], stack)]).toEqual([true, false])
    expect(concerns(['/api/pipelines'], { ...stack, isNew: true })).toBe(true)
  })

  it('of budgets asks for the upstreams, and for nothing else', () => {
    const budgets: Change = { kind: 'rows', table: 'upstream_budgets', runId: '' }
    expect([concerns(['/api/upstreams'], budgets), concerns(['/api/pipelines'], budgets)]).toEqual([
      true,
      false,
    ])
  })

  it('concerns an address that does not name its pipeline by the owner of the query', () => {
    expect(concerns(['/api/matches'], rows, 'mods')).toBe(true)
    expect(concerns(['/api/matches'], rows, 'coins')).toBe(false)
  })

  it('concerns everything if nobody knows whose it is, or if changes may have been missed', () => {
    expect(concerns(['/api/data/coins/hours'], { kind: 'rows', runId: 'run-1' })).toBe(true)
    expect(concerns(['/api/data/coins/hours'], { kind: 'listening' })).toBe(true)
  })
})

it('what was asked for after a change was heard is not asked for again', () => {
  const heard = [{ change: { kind: 'listening' } as const, heardAt: 100 }]
  const asked = (askedAt: number) => ({ key: ['/api/mods/figures'], owner: undefined, askedAt })
  expect(isOutdated(asked(99), heard, pipelines)).toBe(true)
  expect(isOutdated(asked(101), heard, pipelines)).toBe(false)
  expect(isOutdated(asked(101), [...heard, { change: ended, heardAt: 102 }], pipelines)).toBe(true)
})
