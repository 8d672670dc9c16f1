/** How Almanac names itself to every upstream; libraries' default names are refused by some. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** `almanac/0.1.0 (contact)`; the contact lets an upstream reach the operator instead of blocking them. */
export function userAgent(contact: string | undefined): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string
  }
  return `almanac/${version}${contact === undefined ? '' : ` (${contact})`}`
}
