/** Runs a file of this project in a process of its own. */
import { existsSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { matchingBundle } from './bundle.mjs'
import { packageRoot } from './package-root.ts'

const isBundled = extname(import.meta.filename) === '.js'

/**
 * Program, arguments and working directory that run an entry, `activities/<id>/programs/<name>.ts`: from the bundle that
 * this code is part of (bin/bundle.mjs), from one that matches the sources, or from the sources, which takes half a second
 * more. Throws `Misconfigured` if the bundle is gone.
 */
export function ownProgram(
  entry: string,
  nodeOptions: readonly string[],
): { program: string; args: string[]; cwd: string } {
  const folder = isBundled ? import.meta.dirname : matchingBundle(packageRoot)
  const file = folder === undefined ? join(packageRoot, entry) : join(folder, `${basename(entry, '.ts')}.js`)
  if (!existsSync(file))
    throw new Failure(
      'Misconfigured',
      `${file} is gone: Almanac was updated under this process. Start it again.`,
    )
  const loader = folder !== undefined ? [] : ['--import', 'tsx']
  return { program: process.execPath, args: [...nodeOptions, ...loader, file], cwd: packageRoot }
}
