/** A second port with the same answers: older dashboards had their overview on a port of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Api } from './app.ts'
import { answerUnread, RECEIVING, type Receiving } from './unread-request.ts'

export interface SecondPort {
  close(): Promise<void>
}

/** Answers there as well. The API must be listening already. Throws what `listen` throws. */
export async function listenToo(
  api: Api,
  { host, port, receiving = RECEIVING }: { host: string; port: number; receiving?: Receiving | undefined },
): Promise<SecondPort> {
  const server = createServer({ ...receiving }, (request, response) => {
    api.routing(request, response)
  }).on('clientError', answerUnread)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
