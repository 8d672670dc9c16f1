/** Which of many values are seen where a pixel holds several. */

/**
 * Marks the values to draw if `frame` of them in a row share a pixel: the smallest and largest of each frame, and its gaps.
 * Of bars, which end at zero, these are the largest above it and the smallest below.
 */
export function seenValues(
  count: number,
  valueAt: (at: number) => number,
  frame: number,
  isBars: boolean,
): Uint8Array {
  const seen = new Uint8Array(count)
  let least = { at: 0, value: Infinity }
  let most = { at: 0, value: -Infinity }
  const close = () => {
    if (least.value < (isBars ? 0 : Infinity)) seen[least.at] = 1
    if (most.value > (isBars ? 0 : -Infinity)) seen[most.at] = 1
    least = { at: 0, value: Infinity }
    most = { at: 0, value: -Infinity }
  }
  for (let at = 0; at < count; at++) {
    if (at % frame === 0) close()
    const value = valueAt(at)
    if (Number.isNaN(value)) {
      close()
      seen[at] = 1
    } else {
      if (value < least.value) least = { at, value }
      if (value > most.value) most = { at, value }
    }
  }
  close()
  return seen
}
