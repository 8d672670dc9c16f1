/** The user's own almanac.yaml, which git ignores: it begins as a copy of the shipped example. */
import { constants, copyFileSync, existsSync } from 'node:fs'
import type { Config } from '../config/load-config.ts'
import type { Say } from '../core/log-records.ts'
import { fileFailure } from '../system/atomic-file.ts'

/** Makes the file at the first start, and says so. Where it cannot be made, the example goes on to apply. */
export function makeOwnFile({ example }: Pick<Config, 'example'>, say: Say): void {
  if (example === undefined || existsSync(example.to)) return
  try {
    copyFileSync(example.from, example.to, constants.COPYFILE_EXCL)
    say(`made       ${example.to}: edit it to say what is collected; git ignores it`)
  } catch (error) {
    const failure = fileFailure(example.to, error)
    if (failure === undefined) throw error
    say(`${failure.message} Until then ${example.from} applies.`)
  }
}
