/** A server that is started again whenever its process is gone, until it is stopped on purpose. */
import { sentenceOf } from '../core/failures.ts'
import { isSameTrouble, type Say } from '../core/log-records.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs'

/** A server that died is missed after this long; its return takes about as long again. */
const WATCH_EVERY_MS = 1_000

export interface Server {
  pid: number
  adopted: boolean
  stop: () => Promise<void>
}

export interface KeptServer {
  name: string
  adopted: boolean
  stop: () => Promise<void>
}

/** Starts a server and keeps it. Throws what its first start throws. */
export async function keepServer(name: string, say: Say, start: () => Promise<Server>): Promise<KeptServer> {
  const server = await start()
  return { name, adopted: server.adopted, stop: watch({ name, say, start, server }) }
}

/** Keeps a server that the stack can do without: if it does not start, that is said, and it is tried again. */
export async function keepOptionalServer(
  name: string,
  say: Say,
  start: () => Promise<Server>,
): Promise<() => Promise<void>> {
  try {
    return watch({ name, say, start, server: await start() })
  } catch (error) {
    const reason = sentenceOf(error)
    say(`${name} could not be started: ${reason}`)
    return watch({ name, say, start, server: undefined, reported: reason })
  }
}

interface Watched {
  name: string
  say: Say
  start: () => Promise<Server>
  /** Undefined until one has started. */
  server: Server | undefined
  /** Why it could not be started, as it was said. */
  reported?: string
}

/** Returns what ends the watch and the server. */
function watch({ name, say, start, ...found }: Watched): () => Promise<void> {
  let { server, reported } = found
  let identity: ProcessIdentity | undefined = server && identify(server.pid)
  let restarting: Promise<void> | undefined
  const restart = async () => {
    if (reported === undefined)
      say(`${name} ended unexpectedly; starting it again`, { event: 'server.ended', name })
    try {
      // Lets go of what a server leaves behind in this process when it dies, as the front of the Web UI.
      await server?.stop()
      server = await start()
      identity = identify(server.pid)
      reported = undefined
    } catch (error) {
      const reason = sentenceOf(error)
      if (!isSameTrouble(reason, reported))
        say(`${name} could not be started again: ${reason}`, { event: 'server.restart-failed', name, reason })
      reported = reason
    }
    restarting = undefined
  }
  const timer = setInterval(() => {
    if (restarting === undefined && !(identity && isAlive(identity))) restarting = restart()
  }, WATCH_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await restarting
    await server?.stop()
  }
}
