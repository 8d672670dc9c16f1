/** `almanac simulator`: the stand-ins for every upstream, until Ctrl+C. */
import { fastClock } from '../../simulator/fast-clock.ts'
import { startSimulator } from '../../simulator/server.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'
import { stopRequested } from '../stop-request.ts'

interface SimulatorCommandOptions extends GlobalOptions {
  port?: number
  mods: number
  coins: number
  libraries: number
  fastMatches?: true
  seed: number
  rateLimits: boolean
}

export async function simulator(options: SimulatorCommandOptions): Promise<void> {
  const { mods, coins, libraries, seed, rateLimits } = options
  const port = options.port ?? configOf(options).ports.simulator
  const running = await startSimulator({
    port,
    mods,
    coins,
    libraries,
    seed,
    rateLimits,
    ...(options.fastMatches && { matchClock: fastClock() }),
  })
  print(
    `simulator at ${running.url} with ${mods} mods and ${coins} coins; switch faults with PUT ${running.url}/__faults, Ctrl+C ends it`,
  )
  await stopRequested()
  await running.close()
}
