/**
 * Temporal's Web UI for this machine's own names alone. The server's UI takes any `Host`, so a web page whose name is
 * made to resolve to 127.0.0.1 would have everything that the UI may do. This stands in front of it.
 */
import { randomInt } from 'node:crypto'
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { isOwnHost } from '../system/own-host.ts'
import { freePort } from './taken-port.ts'

/** Where the UI behind the front listens. */
export interface UiAddress {
  ip: string
  port: number
}

/** A loopback address ends in three numbers from 1 to 254. */
const [FIRST, BEHIND_LAST] = [1, 255]

/**
 * An address for the UI behind the front. On Linux it is one of 16 million loopback addresses, which no web page can
 * search; elsewhere only 127.0.0.1 exists.
 */
export async function hiddenUiAddress(): Promise<UiAddress> {
  const number = () => randomInt(FIRST, BEHIND_LAST)
  const ip = process.platform === 'linux' ? `127.${number()}.${number()}.${number()}` : '127.0.0.1'
  return { ip, port: await freePort() }
}

/** Serves the UI on a port of 127.0.0.1; returns what closes it. */
export async function serveWebUi(port: number, ui: UiAddress): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    if (isOwnHost(request.headers.host)) forward(request, response, ui)
    else
      response
        .writeHead(403, { 'content-type': 'text/plain' })
        .end(`The Web UI is open at http://127.0.0.1:${port} and http://localhost:${port} alone.\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
}

function forward(request: IncomingMessage, response: ServerResponse, { ip, port }: UiAddress): void {
  const { method, url, headers } = request
  const forwarded = send({ host: ip, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  forwarded.once('error', () => {
    if (!response.headersSent) response.writeHead(502)
    response.end()
  })
  response.once('close', () => forwarded.destroy())
  request.pipe(forwarded)
}
