/** Windows-1252, the encoding of old western files that are not UTF-8. */

/** The characters of 0x80 to 0x9F, where it differs from Latin-1; five are not in use. */
const ABOVE_ASCII =
  '\u20AC\uFFFD\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\uFFFD\u017D\uFFFD' +
  '\uFFFD\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\uFFFD\u017E\u0178'

/** The text of bytes that were decoded as Latin-1. Not `TextDecoder`'s: in some versions of Node it reads Latin-1. */
export const windows1252 = (latin1: string): string =>
  latin1.replace(/[\u0080-\u009F]/g, (control) => ABOVE_ASCII.charAt(control.charCodeAt(0) - 0x80))
