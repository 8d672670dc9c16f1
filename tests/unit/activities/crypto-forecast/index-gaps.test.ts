import { describe, expect, it } from 'vitest'
import { gapsAmong } from '../../../../activities/crypto-forecast/fear-greed-days.ts'

const TODAY = '2026-03-31'
const days = (...dates: string[]) => dates.map((date) => ({ date, value: 50, classification: 'Neutral' }))
const refused = (count: number) => Array.from({ length: count }, () => ({ reason: 'broken', row: {} }))
const many = (count: number) =>
  days(
    ...Array.from({ length: count }, (_, place) =>
      new Date(Date.parse('2024-01-01') + place * 86_400_000).toISOString().slice(0, 10),
    ),
  )

describe('days that a response does not have', () => {
  it('are gaps of the index between two of its days', () => {
    const answer = { days: days('2026-03-31', '2026-03-28', '2026-03-30'), rejected: [] }
    expect(gapsAmong(['2026-03-29'], answer, TODAY)).toEqual({ gaps: ['2026-03-29'], lost: [] })
  })

  it('are lost before its first day, and not yet there after its last', () => {
    const answer = { days: days('2026-03-29', '2026-03-30'), rejected: [] }
    expect(gapsAmong(['2018-02-01', '2026-03-31'], answer, TODAY)).toEqual({ gaps: [], lost: ['2018-02-01'] })
  })

  it('are no gaps yet if a row was refused in the last week, or more than one in a hundred', () => {
    const answer = (count: number) => ({ days: [...many(300), ...days(TODAY)], rejected: refused(count) })
    expect(gapsAmong(['2025-06-01', '2026-03-29'], answer(1), TODAY)).toEqual({
      gaps: ['2025-06-01'],
      lost: ['2026-03-29'],
    })
    expect(gapsAmong(['2025-06-01'], answer(4), TODAY)).toEqual({ gaps: [], lost: ['2025-06-01'] })
  })
})
