/** The workflow bundle: built once per state of the sources, in a process of its own, and kept on disk. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packageRoot } from '../package-root.ts'

const workflowsFolder = fileURLToPath(new URL('../workflows/', import.meta.url))
/** The image carries its bundle beside the compiled code; a clone builds one per state of its sources. */
const shipped = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url))

/**
 * Path of a bundle that fits the sources, building it first where it is missing. Building takes two seconds and
 * 100 MB, so a worker never does it itself.
 */
export async function workflowBundle(toolsDir: string): Promise<string> {
  if (existsSync(shipped)) return shipped
  const folder = join(toolsDir, 'bundles')
  const path = join(folder, `${sourcesHash()}.js`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./build-bundle.ts', import.meta.url)), unfinished],
    { cwd: packageRoot },
  )
  for (const old of readdirSync(folder))
    if (/^[0-9a-f]+\.js$/.test(old)) rmSync(join(folder, old), { force: true })
  renameSync(unfinished, path)
  return path
}

/** What the bundle depends on: the workflow files, what they import of ours, and the SDK's version. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const own = readdirSync(workflowsFolder)
    .sort()
    .map((name) => join(workflowsFolder, name))
  const others = ['run-outcome.ts', 'package-lock.json'].map((name) => join(packageRoot, name))
  for (const file of [...own, ...others])
    hash.update(file.slice(packageRoot.length)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
