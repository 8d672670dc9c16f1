/** Puts a response on the wire: whole, late, drop by drop, or cut off. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from './fault-replies.ts'

/** Drops fall this often: fine enough to look steady, rare enough to cost nothing. */
const DROP_INTERVAL_MS = 100

/** Sends one response; ends early, without complaint, if the client has gone. */
export async function send(response: ServerResponse, delivery: Delivery): Promise<void> {
  const { reply, delayMs, cutAfterBytes, bytesPerSecond } = delivery
  if (delayMs !== undefined) await pause(delayMs)
  if (response.destroyed) return
  if (reply === null) {
    response.destroy()
    return
  }
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
  if (cutAfterBytes !== undefined) {
    response.flushHeaders()
    await written(response, body.subarray(0, cutAfterBytes))
    response.destroy()
  } else if (bytesPerSecond !== undefined) {
    await drip(response, body, bytesPerSecond)
  } else {
    response.end(body)
  }
}

async function drip(response: ServerResponse, body: Buffer, bytesPerSecond: number): Promise<void> {
  const drop = Math.max(1, Math.round((bytesPerSecond * DROP_INTERVAL_MS) / 1000))
  const intervalMs = (drop * 1000) / bytesPerSecond
  response.flushHeaders()
  for (let sent = 0; sent < body.length && !response.destroyed; sent += drop) {
    await pause(intervalMs)
    response.write(body.subarray(sent, sent + drop))
  }
  response.end()
}

/** A pause that keeps no process alive: a closed simulator leaves nothing behind. */
function pause(ms: number): Promise<void> {
  return sleep(ms, undefined, { ref: false })
}

/** Resolves when the bytes have left, or the client has. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => {
      resolve()
    })
  })
}
