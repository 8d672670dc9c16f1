/** Answers to requests that Node gives up before it has read them: too slow, too long, or no HTTP. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { SECOND_MS } from '../core/durations.ts'
import { problemOf, PROBLEM_JSON } from './problem.ts'

/** A request is a line and a few headers: one that takes longer to arrive holds a connection for nothing. */
const REQUEST_MS = 10 * SECOND_MS
/** How often that is checked; by default half a minute goes by. */
const CHECK_MS = SECOND_MS

/** How a server waits for requests, in milliseconds. Node gives the longer of both times to the whole request. */
export interface Receiving {
  requestTimeout: number
  headersTimeout: number
  connectionsCheckingInterval: number
}

export const RECEIVING: Receiving = {
  requestTimeout: REQUEST_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: CHECK_MS,
}

const ANSWERS: Record<string, readonly [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time: send it at once.'],
  HPE_HEADER_OVERFLOW: [431, 'The address and the headers are longer than 16 KB: send shorter values.'],
}

/** Sends the problem and ends the connection. */
export function answerUnread(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, detail] = ANSWERS[error.code ?? ''] ?? [400, 'This is no HTTP request.']
  const body = JSON.stringify(problemOf(status, detail))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
