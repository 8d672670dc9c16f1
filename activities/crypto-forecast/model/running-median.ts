/** The median of values that only ever grow in number: two heaps that meet in the middle. */

/** A binary heap with the smallest key on top. */
class Heap {
  readonly #keys: number[] = []

  get size(): number {
    return this.#keys.length
  }

  get top(): number {
    return this.#keys[0] ?? NaN
  }

  push(key: number): void {
    const keys = this.#keys
    let child = keys.length
    keys.push(key)
    while (child > 0) {
      const parent = (child - 1) >> 1
      const above = keys[parent] ?? NaN
      if (above <= key) break
      keys[child] = above
      child = parent
    }
    keys[child] = key
  }

  /** Replaces the smallest key with another one and returns it. */
  replaceTop(key: number): number {
    const keys = this.#keys
    const top = this.top
    let parent = 0
    for (;;) {
      const left = 2 * parent + 1
      const child = (keys[left + 1] ?? Infinity) < (keys[left] ?? Infinity) ? left + 1 : left
      const below = keys[child]
      if (below === undefined || below >= key) break
      keys[parent] = below
      parent = child
    }
    keys[parent] = key
    return top
  }
}

/**
 * Like `numpy.median`: the middle value, or the mean of the two in the middle for an even number. `NaN` without values.
 */
export class RunningMedian {
  /** The lower half, negated: its largest value lies on top. */
  readonly #low = new Heap()
  readonly #high = new Heap()

  get value(): number {
    return this.#low.size > this.#high.size ? -this.#low.top : (this.#high.top - this.#low.top) / 2
  }

  get size(): number {
    return this.#low.size + this.#high.size
  }

  add(value: number): void {
    if (this.#low.size > this.#high.size) {
      this.#high.push(value < -this.#low.top ? -this.#low.replaceTop(-value) : value)
    } else {
      this.#low.push(value > this.#high.top ? -this.#high.replaceTop(value) : -value)
    }
  }
}
