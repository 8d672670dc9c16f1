/** The real `temporal` program against a server of a test. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Environment } from '../../config/environment.ts'

/** A command against a local server takes well under a second; this ends one that hangs. */
const COMMAND_TIMEOUT_MS = 300_000

/** Runs `temporal …` and returns its standard output; rejects with its standard error. */
export function temporalCommand(
  executable: string,
  {
    TEMPORAL_ADDRESS: address = '',
    TEMPORAL_NAMESPACE: namespace,
  }: Pick<Environment, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE'>,
) {
  return async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      executable,
      [...args, '--address', address, '--namespace', namespace, '--color', 'never'],
      { timeout: COMMAND_TIMEOUT_MS },
    )
    return stdout
  }
}
