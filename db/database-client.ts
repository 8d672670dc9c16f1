/** The driver's client, which proves to whom it speaks if the address asks for it. */
import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { Failure } from '../core/failures.ts'

/**
 * Parameter of an address, with libpq's name and meaning: only SCRAM is answered, which shows the password to nobody and
 * proves that the server knows it too. Without it the driver sends the password to whatever listens there and asks.
 */
export const SCRAM_ONLY = 'require_auth=scram-sha-256'

/** A client of one connection; for a pool too. */
export class DatabaseClient extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    super(config)
    if (config.connectionString?.includes(SCRAM_ONLY)) answerScramAlone(this)
  }
}

/** Runs queries on a connection that is closed afterwards, and in the middle of a query if the signal is aborted. */
export async function withClient<T>(
  config: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const client = new DatabaseClient(config)
  // A server that disappears between two queries also emits the error; the rejected promise reports it.
  client.on('error', () => undefined)
  const end = () => void client.end()
  signal?.addEventListener('abort', end, { once: true })
  try {
    await client.connect()
    return await work(client)
  } finally {
    signal?.removeEventListener('abort', end)
    await client.end()
  }
}

/** Messages of the server, by the driver's names; each is heard here before the driver answers it. */
type Messages = EventEmitter & { stream: Duplex }

function answerScramAlone(client: pg.Client): void {
  const messages = (client as unknown as { connection: Messages }).connection
  const refuse = () => {
    const failure = new Failure(
      'Misconfigured',
      `What listens on ${client.host}:${client.port} is not the embedded PostgreSQL: it did not prove that it knows the password. Nothing was sent to it; stop it, or set another port.`,
    )
    // "Ready for query" may come in the same packet, and would count as a connection.
    messages.removeAllListeners('readyForQuery')
    messages.stream.destroy()
    messages.emit('error', failure)
  }
  let isProven = false
  messages.once('authenticationCleartextPassword', refuse)
  messages.once('authenticationMD5Password', refuse)
  // The driver compares the proof in the same turn, and fails if it is wrong.
  messages.once('authenticationSASLFinal', () => (isProven = true))
  messages.once('authenticationOk', () => {
    if (!isProven) refuse()
  })
}
