/** What the page of health makes of the state of the stack. */
import { describe, expect, it } from 'vitest'
import { budgetName, budgetSays } from '../../../dashboard/pages/health/budget.ts'
import {
  databaseMark,
  failingNow,
  roomMark,
  sizeIn,
  workerMark,
} from '../../../dashboard/pages/health/state.ts'

describe('the database', () => {
  const database = (applied: number, known: number) => ({
    database: { version: '17.2', bytes: 1, migrations: { applied, known } },
  })

  it.each([
    [{ database: null }, { mark: 'bad' }],
    [database(9, 9), { mark: 'good', says: 'database.is' }],
    [database(8, 9), { mark: 'bad', says: 'database.behind' }],
    [database(10, 9), { mark: 'bad', says: 'database.ahead' }],
  ] as const)('%j is shown as %j', (stack, shown) => {
    expect(databaseMark(stack)).toEqual(shown)
  })
})

describe('an upstream', () => {
  const failing = (step: string) => ({
    step,
    failure: 'it does not answer',
    attempts: 2,
    next_attempt_at: null,
    run_workflow_id: 'w1',
  })

  it('fails now if an activity that asks it is tried again', () => {
    const retrying = [failing('askOther'), failing('askIt')]
    expect(failingNow({ steps: ['askIt', 'askItMore'] }, retrying)).toBe(retrying[1])
    expect(failingNow({ steps: ['askNobody'] }, retrying)).toBeUndefined()
    expect(failingNow({ steps: [] }, retrying)).toBeUndefined()
  })
})

describe('the worker', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const temporal = (...polled: (string | null)[]) => ({
    temporal: {
      version: '1.29',
      address: '127.0.0.1:7233',
      workers: polled.map((polled_at) => ({ name: 'w', polled_at })),
    },
  })

  it.each([
    [{ temporal: null }, 'unknown'],
    [temporal(), 'warn'],
    [temporal('2026-11-29T11:50:00Z', null), 'warn'],
    [temporal('2026-11-29T11:50:00Z', '2026-11-29T11:59:30Z'), 'good'],
  ] as const)('of %j is %s', (stack, mark) => {
    expect(workerMark(stack, now)).toBe(mark)
  })
})

it('a disk with little room is marked', () => {
  expect((['enough', 'little', 'too little'] as const).map(roomMark)).toEqual(['good', 'warn', 'bad'])
})

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1_500, '1.5 kB'],
  [20_480_000_000, '20.5 GB'],
  [5e15, '5,000 TB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(sizeIn('en-GB', bytes)).toBe(text)
})

describe('a limit of an upstream', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const [past, future] = ['2026-11-29T11:59:00Z', '2026-11-29T12:01:00Z']
  const told = (parts: object) => ({
    client: 'forge',
    quota: null,
    limit: null,
    remaining: null,
    resets_at: null,
    blocked_at: null,
    blocked_until: null,
    blocked_status: null,
    observed_at: past,
    ...parts,
  })
  const left = { limit: 300, remaining: 289 }

  it.each([
    ['tells none', {}, ['budget.none']],
    ['has a budget', { ...left, resets_at: future }, ['budget.left']],
    ['had one in a window that is over', { ...left, resets_at: past }, ['budget.renewed']],
    ['refuses', { blocked_at: past, blocked_until: future, blocked_status: 429 }, ['budget.blocked']],
    [
      'is nearly used up',
      { ...left, resets_at: future, blocked_at: past, blocked_until: future },
      ['budget.held', 'budget.left'],
    ],
    ['has refused', { blocked_at: past, blocked_until: past, blocked_status: 451 }, ['budget.wasBlocked']],
    [
      'was nearly used up',
      { ...left, resets_at: past, blocked_at: past, blocked_until: past },
      ['budget.renewed'],
    ],
  ])('that %s is told so', (_name, parts, keys) => {
    expect(budgetSays(told(parts), now).map(({ key }) => key)).toEqual(keys)
  })

  it('is named by what distinguishes it from the others', () => {
    const [core, web] = [told({ quota: 'core' }), told({ client: 'forge-web' })]
    expect(budgetName(told({}), [told({})])).toBe('')
    expect(budgetName(core, [core, told({ quota: 'search' })])).toBe('core')
    expect([core, web].map((one) => budgetName(one, [core, web]))).toEqual(['forge core', 'forge-web'])
  })
})
