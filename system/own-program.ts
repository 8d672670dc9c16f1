/** Runs a file of this project in a process of its own. */
import { existsSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { packageRoot } from './package-root.ts'

const isBundled = extname(import.meta.filename) === '.js'

/**
 * Program, arguments and working directory that run an entry, `activities/<id>/programs/<name>.ts`: from the bundle that
 * this code is part of (bin/bundle.mjs), else from the sources. Throws `Misconfigured` if the bundle is gone.
 */
export function ownProgram(
  entry: string,
  nodeOptions: readonly string[],
): { program: string; args: string[]; cwd: string } {
  const file = isBundled
    ? join(import.meta.dirname, `${basename(entry, '.ts')}.js`)
    : join(packageRoot, entry)
  if (!existsSync(file))
    throw new Failure(
      'Misconfigured',
      `${file} is gone: Almanac was updated under this process. Start it again.`,
    )
  const loader = isBundled ? [] : ['--import', 'tsx']
  return { program: process.execPath, args: [...nodeOptions, ...loader, file], cwd: packageRoot }
}
