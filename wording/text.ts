/** Shapes of text that tables and sentences share. Reasons come from programs and servers: one line of each is shown. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/durations.ts'

/** Wide enough for a sentence and the numbers in it. */
const MAX_CHARACTERS = 140

/** Returns the text on one line, cut at a word if it is long. */
export function oneLine(text: string, most = MAX_CHARACTERS): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const cut = line.slice(0, most)
  const word = cut.lastIndexOf(' ')
  return `${word > most / 2 ? cut.slice(0, word) : cut} …`
}

/** Returns the first of some names, and the number of the others: `a, b and 3 others`. */
export function truncateList(names: readonly string[], most: number): string {
  const others = names.length - most
  if (others <= 0) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`
}

/** The first names of a list, and how many more there are, in French: `a, b et 3 de plus`. */
export function namesInFrench({ names, more }: { names: readonly string[]; more: number }): string {
  return names.join(', ') + (more > 0 ? ` et ${more} de plus` : '')
}

/** `1 library`, `2 libraries`. Default plural: `one` with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** `0 jour`, `1 jour`, `2 jours`: in French nothing is singular, too. Default plural: `one` with an s. */
export function countedInFrench(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count < 2 ? one : many}`
}

/** `2026-11-28 10:15 UTC`, of a moment in ISO 8601 and UTC. */
export const minute = (moment: string): string =>
  `${moment.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ')} UTC`

/** `3 min`, `30 h`, `30 days`: in the unit in which it is not just one or two. */
export function span(ms: number, days = 'days'): string {
  if (ms >= 3 * DAY_MS) return `${Math.round(ms / DAY_MS)} ${days}`
  return ms >= 3 * HOUR_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / MINUTE_MS)} min`
}
