/** `almanac simulator`: the stand-ins for every upstream, until Ctrl+C. */
import { startSimulator, type SimulatorOptions } from '../../simulator/server.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'
import { stopRequested } from '../stop-request.ts'

export async function simulator(options: GlobalOptions & SimulatorOptions): Promise<void> {
  const port = options.port ?? configOf(options).ports.simulator
  const running = await startSimulator({ ...options, port })
  const { url } = running
  print(`simulator at ${url}; switch faults with PUT ${url}/__faults, Ctrl+C ends it`)
  await stopRequested()
  await running.close()
}
