/** Runs a file of this project in a process of its own. */
import { basename, extname, join } from 'node:path'
import { packageRoot } from './package-root.ts'

const isBundled = extname(import.meta.filename) === '.js'

/**
 * Program, arguments and working directory that run an entry such as `activities/…/read-tree.ts`: from the bundle that
 * this code is part of, where `ENTRIES` in bin/bundle.mjs names it, else from the sources.
 */
export function ownProgram(
  entry: string,
  nodeOptions: readonly string[],
): { program: string; args: string[]; cwd: string } {
  const run = isBundled
    ? [join(import.meta.dirname, `${basename(entry, '.ts')}.js`)]
    : ['--import', 'tsx', join(packageRoot, entry)]
  return { program: process.execPath, args: [...nodeOptions, ...run], cwd: packageRoot }
}
