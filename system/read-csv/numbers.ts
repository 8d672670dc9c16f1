/**
 * Numbers as pandas, Excel and databases write them: `31`, `31.0`, `9.3e-06`, `7.00000018E+08`, `1,5`. A number is read
 * as it is written or not at all. Pure.
 */
import type { Notation } from './notation.ts'

/** What pandas, Python and PostgreSQL write for nothing. */
export const NOTHING = /^(?:nan|none|null|\\n)?$/i

/** A number in parts: `digits` times ten to the power of `shift`. */
interface Written {
  sign: '' | '-'
  digits: string
  shift: number
}

const NUMBER = /^([+-]?)(?:(\d+)(?:[.,](\d*))?|[.,](\d+))(?:e([+-]?\d{1,3}))?$/i

function written(text: string): Written | undefined {
  const found = NUMBER.exec(text.trim())
  if (found === null) return undefined
  const [, sign = '', whole = '', fraction = found[4] ?? '', , power = '0'] = found
  return {
    sign: sign === '-' ? '-' : '',
    digits: whole + fraction,
    shift: Number(power) - fraction.length,
  }
}

/**
 * The whole number that a text writes out; undefined if it is none, if its last digits are missing (`7.0E+08`: a
 * spreadsheet rounds what it shows), or if JavaScript does not hold it exactly. A comma before zeros is a decimal mark;
 * `1,234` is refused.
 */
export function wholeIn(text: string): number | undefined {
  const number = written(text)
  if (number === undefined || number.shift > 0) return undefined
  const units = number.digits.length + number.shift
  if (/[1-9]/.test(number.digits.slice(Math.max(units, 0)))) return undefined
  const value = Number(number.sign + (number.digits.slice(0, Math.max(units, 0)) || '0'))
  // Adding 0 makes 0 of -0.
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

/** Whether a text is a number without its last digits, such as `7.0E+08`. */
export const isRounded = (text: string): boolean => (written(text)?.shift ?? 0) > 0

/** `1,234` is 1234 to one program and 1.234 to another. */
const GROUPED = /^[+-]?\d{1,3},\d{3}$/

/** A number as plain digits with a decimal point, none lost: `9.3e-06` becomes `0.0000093`. Undefined if it is none. */
export function plainDecimal(text: string, notation: Notation): string | undefined {
  const number = written(text)
  if (number === undefined || (notation === 'plain' && GROUPED.test(text.trim()))) return undefined
  const { sign, digits, shift } = number
  if (shift >= 0) return sign + digits + '0'.repeat(shift)
  const padded = digits.padStart(1 - shift, '0')
  return `${sign}${padded.slice(0, shift)}.${padded.slice(shift)}`
}

/** The number that a text writes out; undefined if it is none, or not finite. */
export function decimalIn(text: string, notation: Notation): number | undefined {
  const number = Number(plainDecimal(text, notation) ?? Number.NaN)
  return Number.isFinite(number) ? number : undefined
}
