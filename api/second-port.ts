/** A second port with the same answers: older dashboards had their overview on a port of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { REQUEST_MS, type Api } from './app.ts'

export interface SecondPort {
  close(): Promise<void>
}

/** Answers there as well. The API must be listening already. Throws what `listen` throws. */
export async function listenToo(
  api: Api,
  { host, port }: { host: string; port: number },
): Promise<SecondPort> {
  const server = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
    api.routing(request, response)
  })
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
