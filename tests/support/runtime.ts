/** Temporal's native runtime: one a process, which runs many test files. */
import { DefaultLogger, Runtime } from '@temporalio/worker'

let isInstalled = false

/** Only errors are logged: failing activities are what many tests are about, and each would print a warning. */
export function quietRuntime(): void {
  if (isInstalled) return
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    shutdownSignals: [],
  })
  isInstalled = true
}
