/** The workflow bundle: built once per state of the sources, in a separate process, and kept on disk. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../system/package-root.ts'

const sources = join(packageRoot, 'workflows')
/** The image carries its bundle in place of the sources; a clone builds one per state of them. */
const shipped = join(packageRoot, 'dist', 'workflow-bundle.js')

/**
 * Path of a bundle that fits the sources, built first if it is missing. Building takes two seconds and 100 MB, so a
 * worker never does it itself.
 */
export async function workflowBundle(toolsDir: string): Promise<string> {
  if (!existsSync(sources)) return shipped
  const folder = join(toolsDir, 'bundles')
  const path = join(folder, `${sourcesHash()}.js`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join(packageRoot, 'worker', 'build-bundle.ts'), unfinished],
    { cwd: packageRoot },
  )
  for (const old of readdirSync(folder))
    if (/^[0-9a-f]+\.js$/.test(old)) rmSync(join(folder, old), { force: true })
  renameSync(unfinished, path)
  return path
}

/** What the bundle can contain: all of `workflows/`, `core/` and `wording/`, the only folders of ours workflows take values from, and the SDK. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const own = ['workflows', 'core', 'wording'].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => join(folder, name)),
  )
  for (const file of [...own, 'package-lock.json'])
    hash.update(file).update(readFileSync(join(packageRoot, file)))
  return hash.digest('hex').slice(0, 16)
}
