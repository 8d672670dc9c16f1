/** What the overview says of a pipeline. */
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../dashboard/blocks/outcomes.ts'
import {
  inTrouble,
  newestRows,
  reasonsOf,
  standingOf,
  worstFirst,
  type Pipeline,
  type Run,
} from '../../../dashboard/pages/overview/state.ts'

const run = (outcome: string, change: Partial<Run> = {}): Run => ({
  run_id: 'r',
  outcome,
  started_at: '2026-11-29T10:00:00.000Z',
  finished_at: '2026-11-29T10:01:00.000Z',
  counts: {},
  error: null,
  ...change,
})
const pipeline = (id: string, change: Partial<Pipeline> = {}): Pipeline => ({
  id,
  summary: '',
  enabled: true,
  last_run: run('complete'),
  open_run: null,
  schedule: { state: 'active', note: '', next_start: null },
  fresh: [],
  sound: null,
  ...change,
})
const paused = { state: 'paused', note: 'by an operator', next_start: null } as const

const ALL = [
  pipeline('well'),
  pipeline('new', { last_run: null }),
  pipeline('off', { enabled: false, schedule: paused, last_run: run('failed') }),
  pipeline('paused', { schedule: paused }),
  pipeline('partial', { last_run: run('partial') }),
  pipeline('lost', { last_run: run('interrupted') }),
  pipeline('failed', { last_run: run('failed') }),
  pipeline('skipped', { last_run: run('skipped') }),
]

describe('the overview', () => {
  it('has what is wrong first, and what is switched off last', () => {
    expect(worstFirst(ALL).map(({ id }) => id)).toEqual([
      'lost',
      'failed',
      'partial',
      'paused',
      'new',
      'well',
      'skipped',
      'off',
    ])
    expect(inTrouble(ALL).map(({ id }) => id)).toEqual(['paused', 'partial', 'lost', 'failed'])
    expect(standingOf(pipeline('a', { last_run: null }))).toBe('waiting')
  })

  it('says why a run is not complete, by its sources or by its error', () => {
    const counts: Run['counts'] = {
      a: { outcome: 'complete', written: 1, why: ['not told'] },
      b: { outcome: 'partial', written: 1, why: ['one', 'two'] },
    }
    expect(reasonsOf(run('partial', { counts }))).toEqual(['b: one', 'b: two'])
    expect(reasonsOf(run('failed', { error: 'Timeout: late' }))).toEqual(['Timeout: late'])
    expect(reasonsOf(run('complete'))).toEqual([])
  })

  it('takes the newest rows from the newest run that stored some', () => {
    const counts: Run['counts'] = { a: { outcome: 'complete', written: 3, why: [] } }
    const runs = [
      run('complete'),
      run('running', { finished_at: null, started_at: '2026-11-29T09:00:00.000Z', counts }),
      run('complete', { finished_at: '2026-11-29T08:00:00.000Z', counts }),
    ]
    expect(newestRows(runs)).toBe('2026-11-29T09:00:00.000Z')
    expect(newestRows([run('complete')])).toBeUndefined()
  })

  it('shows an outcome that it does not know as one to look at', () => {
    expect(outcomeOf(run('complete'))).toBe('complete')
    expect(outcomeOf(run('of a later version'))).toBe('interrupted')
  })
})
