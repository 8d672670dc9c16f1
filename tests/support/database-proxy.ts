/** A connection to a database, or another server, that a test can cut and restore repeatedly without starting it again. */
import { createServer, connect, type Server, type Socket } from 'node:net'
import { freePort } from '../../local/taken-port.ts'

export interface DatabaseProxy {
  /** The database's own address, by way of the proxy. */
  url: string
  /** Breaks every connection and refuses new ones. */
  goOffline(): Promise<void>
  comeBack(): Promise<void>
  /** Keeps every connection, takes new ones, and passes nothing on, as a server that hangs; until `speakAgain`. */
  fallSilent(): void
  speakAgain(): void
  /** From now on breaks a connection when its client sends this; undefined: none. */
  breakAt(text: string | undefined): void
}

/** Starts a proxy in front of a database; it is open. `goAway` ends it. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const port = await freePort()
  let breaking: string | undefined
  let isSilent = false
  const pair = (client: Socket) => {
    const server = connect(Number(target.port), target.hostname)
    client.on('data', (bytes) => {
      if (breaking !== undefined && bytes.includes(breaking)) client.destroy()
    })
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      if (isSilent) from.pause()
      // Whatever ends one side ends the other; the client sees a broken connection, which is what it is there for.
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  }
  let proxy: Server | undefined
  const comeBack = () =>
    new Promise<void>((resolve, reject) => {
      proxy = createServer(pair).once('error', reject).listen(port, '127.0.0.1', resolve)
    })
  await comeBack()
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    comeBack,
    fallSilent() {
      isSilent = true
      for (const socket of sockets) socket.pause()
    },
    speakAgain() {
      isSilent = false
      for (const socket of sockets) socket.resume()
    },
    breakAt: (text) => {
      breaking = text
    },
    goOffline: () =>
      new Promise((resolve) => {
        proxy?.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}
