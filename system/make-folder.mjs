/** Making folders. Plain JavaScript, because `bin/almanac.mjs` uses it before anything is installed. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder with those above it; returns the first that was made, undefined if it was there. Node's own recursive
 * mkdir never returns where the system lets nobody make a folder and says that the one above is missing, as /proc does.
 *
 * @param {string} folder
 * @param {number} [mode] of those that are made, narrowed by the umask
 * @returns {string | undefined}
 */
export function makeFolder(folder, mode = 0o777) {
  if (existsSync(folder)) return undefined
  const first = dirname(folder) === folder ? undefined : makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Another process made it meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return first ?? folder
}
