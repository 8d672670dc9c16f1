/** The connection to Temporal of a process that stays: made on first use, and made anew after the server was away. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import { CannotReach, grpcRefusal, isGrpcAway } from './cannot-reach.ts'
import { connectTemporal, temporalAway } from './connection.ts'

/**
 * How long one use may take, in milliseconds. A server answers within a second, on a busy machine within five; a person
 * waits for it.
 */
const USE_MS = 10_000

export interface LastingTemporal {
  /** Makes calls to Temporal. Throws `CannotReach` with the remedy if it does not respond, or refuses. */
  use<T>(work: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Connects on first use. */
export function lastingTemporal(config: Config): LastingTemporal {
  let current: Promise<Client> | undefined
  return {
    async use(work) {
      const connecting = (current ??= connectTemporal(config, USE_MS))
      try {
        const client = await connecting
        return await client.withDeadline(Date.now() + USE_MS, () => work(client))
      } catch (error) {
        // Another use may have given this connection up, which ends the calls on it.
        const isAway = error instanceof CannotReach || isGrpcAway(error) || current !== connecting
        if (!isAway) throw grpcRefusal(error) === undefined ? error : temporalAway(config, error)
        // gRPC would wait for the server; a new connection finds at once that nothing listens.
        if (current === connecting) {
          current = undefined
          await closed(connecting)
        }
        throw error instanceof CannotReach ? error : temporalAway(config, error)
      }
    },
    async close() {
      if (current !== undefined) await closed(current)
      current = undefined
    },
  }
}

async function closed(connecting: Promise<Client>): Promise<void> {
  const client = await connecting.catch(() => undefined)
  await client?.connection.close()
}
