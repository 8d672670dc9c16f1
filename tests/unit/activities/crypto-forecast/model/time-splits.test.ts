import { describe, expect, it } from 'vitest'
import {
  finalSplit,
  MIN_ROWS,
  rowsNeeded,
  timeSeriesSplits,
} from '../../../../../activities/crypto-forecast/model/time-splits.ts'

describe('the folds', () => {
  // Printed by scikit-learn 1.9.1: TimeSeriesSplit(n_splits=5, gap=gap).split(range(n)).
  it.each([
    [100, 0, [20, 36, 52, 68, 84], 16],
    [101, 3, [18, 34, 50, 66, 82], 16],
    [330, 23, [32, 87, 142, 197, 252], 55],
  ])('matches the folds of scikit-learn for %i rows with a gap of %i', (count, gap, trainEnds, size) => {
    const splits = timeSeriesSplits(count, gap)
    expect(splits.map(({ trainEnd }) => trainEnd)).toEqual(trainEnds)
    expect(splits.map(({ testStart }) => testStart)).toEqual(trainEnds.map((end) => end + gap))
    expect(splits.map(({ testStart, testEnd }) => testEnd - testStart)).toEqual(Array(5).fill(size))
    expect(splits.at(-1)?.testEnd).toBe(count)
  })
})

describe('the final split', () => {
  it.each([
    [100, 0, { trainEnd: 80, testStart: 80, testEnd: 100 }],
    [101, 0, { trainEnd: 80, testStart: 80, testEnd: 101 }],
    [104, 2, { trainEnd: 81, testStart: 83, testEnd: 104 }],
    [105, 23, { trainEnd: 61, testStart: 84, testEnd: 105 }],
  ])('tests the last fifth of %i rows with a gap of %i, rounded up', (count, gap, split) => {
    expect(finalSplit(count, gap)).toEqual(split)
  })
})

it('enough rows leave ten in the smallest part, whatever the gap', () => {
  expect(rowsNeeded(0)).toBe(MIN_ROWS)
  for (const gap of [0, 1, 23, 167]) {
    const count = rowsNeeded(gap)
    const { testStart, testEnd } = finalSplit(count, gap)
    expect(Math.floor((testEnd - testStart) / 2) - gap).toBeGreaterThanOrEqual(10)
    for (const { trainEnd } of timeSeriesSplits(count, gap)) expect(trainEnd).toBeGreaterThanOrEqual(10)
  }
})
