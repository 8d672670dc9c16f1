/** Fibonacci retracement levels on a trailing window. */
import { LONGEST_WINDOW_DAYS, type CandleSeries } from './candle-series.ts'
import { dayWindow, windowRange } from './time-windows.ts'

/** The document's frame was the last 30 days: the same length, but ending at each row, so that no row sees later ones. */
const FIBONACCI_DAYS = LONGEST_WINDOW_DAYS

/** Ratios of the retracement, by the document's column names (the ratio's first two digits). */
const RATIOS = { fibo23: 0.236, fibo38: 0.382, fibo50: 0.5, fibo61: 0.618, fibo78: 0.786 } as const

export type FibonacciLevels = Record<keyof typeof RATIOS, Float64Array>

/**
 * Levels low + (high - low) * ratio in the price's unit, high and low being the greatest and least close of the 30 days
 * that end with the row; NaN until the series reaches back so far, and where too few candles are there (`time-windows.ts`).
 * Source: the document, whose high and low were of the whole frame.
 */
export function fibonacciLevels(series: CandleSeries): FibonacciLevels {
  const window = dayWindow(series, FIBONACCI_DAYS)
  const { least: low, greatest: high } = windowRange(series.close, window)
  const rows = series.close.length
  const [fibo23, fibo38, fibo50] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)]
  const [fibo61, fibo78] = [new Float64Array(rows), new Float64Array(rows)]
  for (let row = 0; row < rows; row++) {
    const least = low[row] ?? NaN
    const range = (high[row] ?? NaN) - least
    fibo23[row] = least + range * RATIOS.fibo23
    fibo38[row] = least + range * RATIOS.fibo38
    fibo50[row] = least + range * RATIOS.fibo50
    fibo61[row] = least + range * RATIOS.fibo61
    fibo78[row] = least + range * RATIOS.fibo78
  }
  return { fibo23, fibo38, fibo50, fibo61, fibo78 }
}
