/** How French is set in type. */

const NARROW = '\u202F'

/**
 * Returns a French text with narrow no-break spaces where it was written with ordinary ones: before `: ; ? ! »`, after `«`,
 * and before the percent sign.
 */
export const inFrenchType = (text: string): string =>
  text.replaceAll(/ (?=[:;?!»%](?=[\s).,;:»]|$))|(?<=«) /g, NARROW)
