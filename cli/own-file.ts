/** The user's own almanac.yaml, which git ignores: it begins with the sections of the shipped example. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Config } from '../config/load-config.ts'
import type { Say } from '../core/log-records.ts'
import { fileFailure } from '../system/atomic-file.ts'

const HEADER = `# What Almanac collects. This file is yours to edit: it was made at the first start, and git ignores it.
# docs/configuration.md explains every key; an unknown key is an error.
`

/** The example without its header, which says that nobody should edit it. */
const sectionsOf = (example: string): string => example.replace(/^(?:#[^\n]*\n)+/, '')

/** Makes the file at the first start, and says so. Where it cannot be made, the example goes on to apply. */
export function makeOwnFile({ example }: Pick<Config, 'example'>, say: Say): void {
  if (example === undefined || existsSync(example.to)) return
  try {
    writeFileSync(example.to, HEADER + sectionsOf(readFileSync(example.from, 'utf8')), { flag: 'wx' })
    say(`made       ${example.to}: edit it to say what is collected; git ignores it`)
  } catch (error) {
    const failure = fileFailure(example.to, error)
    if (failure === undefined) throw error
    say(`${failure.message} Until then ${example.from} applies.`)
  }
}
