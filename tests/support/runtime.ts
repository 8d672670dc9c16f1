/** Temporal's native runtime: one a process, which runs many test files. */
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js'

let isInstalled = false

/**
 * Only errors are logged: failing activities are what many tests are about, and each would print a warning. And the SDK
 * does not follow promises for stack traces of workflows, which no test asks for: since workflows run in this thread, it
 * would compile code twice for every promise of the process, a quarter of its computing.
 */
export function quietRuntime(): void {
  if (isInstalled) return
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    shutdownSignals: [],
  })
  globalHandlers.installed = true
  isInstalled = true
}
