import { describe, expect, it } from 'vitest'
import { heldShare, intervalRadius } from '../../../../../activities/crypto-forecast/model/conformal.ts'
import { randomNumbers } from './made-table.ts'

const upTo = (count: number): Float64Array => Float64Array.from({ length: count }, (_, place) => place + 1)

describe('the radius of an interval', () => {
  it.each([
    [4, 4],
    [5, 5],
    [9, 8],
    [10, 9],
    [99, 80],
    [100, 81],
  ])('the radius of %i errors is the ceil((m + 1) * 0.8)-th smallest', (count, rank) => {
    expect(intervalRadius(upTo(count).reverse())).toBe(rank)
  })

  it('rejects a radius if even the largest error is not enough', () => {
    expect(() => intervalRadius(upTo(3))).toThrow(RangeError)
  })

  it('computing a radius leaves the errors in their order', () => {
    const errors = upTo(10).reverse()
    intervalRadius(errors)
    expect(errors).toEqual(upTo(10).reverse())
  })

  it('an interval holds four of five new errors if they are like the old ones', () => {
    const random = randomNumbers(4)
    let held = 0
    for (let trial = 0; trial < 2_000; trial++) {
      const errors = Float64Array.from({ length: 24 }, random)
      if (random() <= intervalRadius(errors)) held++
    }
    expect(held / 2_000).toBeCloseTo(0.8, 1)
  })
})

describe('the share that an interval held', () => {
  it('counts the coverage on the later half with the width of the earlier one', () => {
    // Of 1 to 9 and 10 the ninth: nine of 1, 2, ..., 10 are not above it, and of 9.5 none.
    expect(heldShare(Float64Array.of(...upTo(10), ...upTo(10)), 0)).toBe(0.9)
    expect(heldShare(Float64Array.of(...upTo(10), ...Array<number>(10).fill(9.5)), 0)).toBe(0)
    expect(heldShare(Float64Array.of(...upTo(10), ...Array<number>(10).fill(9)), 0)).toBe(1)
  })

  it('the coverage takes no width from errors whose outcome was not known at the middle', () => {
    const errors = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 50, 50, 50, ...Array<number>(10).fill(2))
    expect(heldShare(errors, 0)).toBe(1)
    expect(heldShare(errors, 3)).toBe(0)
  })
})
