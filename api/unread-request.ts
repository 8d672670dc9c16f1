/** Answers to requests that Node gives up before it has read them: too slow, too long, or no HTTP. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemOf, PROBLEM_JSON } from './problem.ts'

const ANSWERS: Record<string, readonly [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time: send it at once.'],
  HPE_HEADER_OVERFLOW: [431, 'The address and the headers are longer than 16 KB: send shorter values.'],
}

/** Sends the problem and ends the connection. */
export function answerUnread(error: Error & { code?: string }, socket: Socket): void {
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
