/** Takes what is posted to a webhook; it can refuse, or be away. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface PostedMessage {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface WebhookReceiver {
  url: string
  /** What was taken, oldest first. */
  taken: PostedMessage[]
  /** What comes meanwhile is answered with 503, and not taken. */
  setAway(isAway: boolean): void
  close(): Promise<void>
}

/** Starts it on a free port. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const taken: PostedMessage[] = []
  let isAway = false
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      if (!isAway) taken.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(isAway ? 503 : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    setAway(away) {
      isAway = away
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
