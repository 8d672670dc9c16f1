/** How French is set in type. */

const NARROW = '\u202F'

/**
 * Returns a French text as printers set it, which was written with the keys of a keyboard: narrow no-break spaces before
 * `: ; ? ! % »` and after `«`, and the apostrophe of letters.
 */
export const inFrenchType = (text: string): string =>
  text
    .replaceAll(/ (?=[:;?!%»](?:[\s).,;:»]|$))|(?<=«) /g, NARROW)
    .replaceAll(/(?<=\p{L})'(?=[\p{L}«`]|$)/gu, '’')

/** A French sentence with gaps: what is written is set in type, what fills the gaps stays as it is. */
export const french = (written: TemplateStringsArray, ...values: (string | number)[]): string =>
  written.map((part, at) => inFrenchType(part) + String(values[at] ?? '')).join('')

/** Sentences one after the other, as a French reader parts them. */
export const listed = (sentences: readonly string[]): string => sentences.join(`${NARROW}; `)
