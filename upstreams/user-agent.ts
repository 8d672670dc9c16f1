/** How Almanac names itself to every upstream; libraries' default names are refused by some. */
import { packageVersion } from '../system/package-version.ts'

/** `almanac/0.1.0 (contact)`; the contact lets an upstream reach the operator instead of blocking them. */
export function userAgent(contact: string | undefined): string {
  return `almanac/${packageVersion}${contact === undefined ? '' : ` (${contact})`}`
}
