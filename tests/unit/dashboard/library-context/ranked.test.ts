/** What a row of a leaderboard says. */
import { describe, expect, it } from 'vitest'
import { changeOf, contextState } from '../../../../dashboard/pipelines/library-context/ranked.ts'

describe('the change of a place', () => {
  const week = '2026-11-22'
  it.each([
    [
      { rank: 3, rank_then: 5, compared_with: week },
      { kind: 'up', places: 2 },
    ],
    [
      { rank: 5, rank_then: 3, compared_with: week },
      { kind: 'down', places: 2 },
    ],
    [{ rank: 3, rank_then: 3, compared_with: week }, { kind: 'same' }],
    [{ rank: 3, rank_then: null, compared_with: week }, { kind: 'new' }],
    [{ rank: 3, rank_then: null, compared_with: null }, { kind: 'unknown' }],
  ])('of %j is %j', (row, change) => {
    expect(changeOf(row)).toEqual(change)
  })
})

describe('the state of a context', () => {
  const row = { file: null, state: 'present', last_attempt: null }
  it.each([
    [{ ...row, file: 'a__b-context.txt', last_attempt: 'failed' }, 'there'],
    [{ ...row, state: 'gone', last_attempt: 'failed' }, 'gone'],
    [{ ...row, state: 'blocked' }, 'blocked'],
    [{ ...row, state: 'archived', last_attempt: 'title-only' }, 'titleOnly'],
    [{ ...row, last_attempt: 'failed' }, 'failed'],
    [{ ...row, state: 'archived' }, 'archived'],
    [row, 'waiting'],
  ])('of %j is %s', (given, state) => {
    expect(contextState(given)).toBe(state)
  })
})
