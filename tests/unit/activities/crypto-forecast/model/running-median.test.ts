import { expect, it } from 'vitest'
import { RunningMedian } from '../../../../../activities/crypto-forecast/model/running-median.ts'
import { randomNumbers } from './made-table.ts'

const sortedMedian = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2
}

it.each([
  ['rising', (place: number) => place],
  ['falling', (place: number) => -place],
  ['equal', () => 7],
  ['repeating', (place: number) => (place * 7) % 5],
])('a running median of %s values is the middle of the sorted ones after each', (_, valueAt) => {
  const running = new RunningMedian()
  const values: number[] = []
  for (let place = 0; place < 200; place++) {
    values.push(valueAt(place))
    running.add(valueAt(place))
    expect(running.value).toBe(sortedMedian(values))
    expect(running.size).toBe(values.length)
  }
})

it.each([1, 2, 3])(
  'a running median of random values is the middle of the sorted ones after each (seed %i)',
  (seed) => {
    const random = randomNumbers(seed)
    const running = new RunningMedian()
    const values: number[] = []
    for (let place = 0; place < 500; place++) {
      const value = (random() - 0.5) * 100
      values.push(value)
      running.add(value)
      expect(running.value).toBe(sortedMedian(values))
    }
  },
)

it('a median of no values is not a number', () => {
  expect(new RunningMedian().value).toBeNaN()
})
