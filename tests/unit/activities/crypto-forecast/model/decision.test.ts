import { describe, expect, it } from 'vitest'
import { decide, sameDirection, skillOf } from '../../../../../activities/crypto-forecast/model/decision.ts'

describe('a decision', () => {
  it.each([
    [101.01, 'BUY'],
    [101, 'HOLD'],
    [100, 'HOLD'],
    [99, 'HOLD'],
    [98.99, 'SELL'],
  ])('a forecast of %d at a price of 100 gives the decision %s', (predicted, decision) => {
    expect(decide(predicted, 100)).toBe(decision)
  })
})

describe('the direction', () => {
  it.each([
    [101, 109, true],
    [99, 91, true],
    [101, 99, false],
    [100, 100, true],
    [101, 100, false],
    [100, 99, false],
  ])('compares the directions of %d and %d, seen from 100: %s', (predicted, actual, same) => {
    expect(sameDirection(predicted, actual, 100)).toBe(same)
  })
})

describe('the skill', () => {
  it('skill is the part of the naive error that the model saves', () => {
    expect(skillOf(5, 10)).toBe(0.5)
    expect(skillOf(10, 10)).toBe(0)
    expect(skillOf(15, 10)).toBe(-0.5)
  })

  it('skill is zero or negative against a naive forecast that was never wrong', () => {
    expect(skillOf(0, 0)).toBe(0)
    expect(skillOf(1, 0)).toBe(-Infinity)
  })
})
