/** Calls to Temporal whose connection is closed before they end. */
import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { ServiceError } from '@temporalio/client'
import { afterEach, expect, it } from 'vitest'
import { connectTemporal } from '../../../client/connection.ts'
import { loadConfig } from '../../../config/load-config.ts'

const OK = 0
const UNAVAILABLE = 14

const server = createServer()
afterEach(() => server.close())

/** Responds with an empty message, or with the status alone. */
function respond(stream: ServerHttp2Stream, status: number): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(status) })
  })
  stream.end(status === OK ? Buffer.alloc(5) : undefined)
}

it('a call that waits for its next attempt fails once its connection is closed', async () => {
  let refused = 0
  server.on('stream', (stream, headers) => {
    const isConnecting = headers[':path']?.endsWith('/GetSystemInfo') === true
    if (!isConnecting) refused++
    respond(stream, isConnecting ? OK : UNAVAILABLE)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = await connectTemporal(loadConfig({ env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } }))
  const call = client.workflow.getHandle('any').describe()
  await expect.poll(() => refused).toBeGreaterThan(0)
  await client.connection.close()
  await expect(call).rejects.toThrow(ServiceError)
})
