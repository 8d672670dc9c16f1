/** Training and test parts in the order of time, with rows left out between them so that nothing is known too early. */

/** As in the document: five folds, and the last fifth of the rows as the test part. */
const FOLDS = 5
const PARTS = 5
/** The smallest part is half of the test part; fewer rows give no meaningful quantile. */
const SMALLEST_PARTS = 2 * PARTS
const MIN_PART_ROWS = 10

/** Minimum rows if the horizon is one step. */
export const MIN_ROWS = SMALLEST_PARTS * MIN_PART_ROWS

/** Positions in the samples: trained on `[0, trainEnd)`, tested on `[testStart, testEnd)`. */
export interface Split {
  trainEnd: number
  testStart: number
  testEnd: number
}

/** Least rows so that every part still holds `MIN_PART_ROWS` when the gap has been taken from it. */
export function rowsNeeded(gapRows: number): number {
  return MIN_ROWS + SMALLEST_PARTS * gapRows
}

/** scikit-learn's `TimeSeriesSplit(n_splits=5, gap=gapRows)`. */
export function timeSeriesSplits(count: number, gapRows: number): Split[] {
  const size = Math.floor(count / (FOLDS + 1))
  return Array.from({ length: FOLDS }, (_, fold) => {
    const testStart = count - (FOLDS - fold) * size
    return { trainEnd: testStart - gapRows, testStart, testEnd: testStart + size }
  })
}

/** scikit-learn's `train_test_split(test_size=0.2, shuffle=False)`, the gap taken from the end of the training part. */
export function finalSplit(count: number, gapRows: number): Split {
  const testStart = count - Math.ceil(count / PARTS)
  return { trainEnd: testStart - gapRows, testStart, testEnd: count }
}
