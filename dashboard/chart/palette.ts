/** The colours of the style sheet, for what is drawn on a canvas. */
import type { Palette } from './options.ts'

/** Colours of lines in the style sheet, `--series-1` and so on. */
export const COLOURS = 8

/** Reads the colours of the theme that is shown; they depend on nothing else. */
export function paletteOf(isDark: boolean): Palette {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(`--${name}-${isDark ? 'dark' : 'light'}`).trim()
  return {
    text: colour('text'),
    soft: colour('soft'),
    grid: colour('grid'),
    surface: colour('surface'),
    up: colour('up'),
    down: colour('down'),
    series: Array.from({ length: COLOURS }, (_, at) => colour(`series-${at + 1}`)),
  }
}
