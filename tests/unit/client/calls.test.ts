/** Calls to Temporal that its server cannot answer yet, and those whose connection is closed before they end. */
import { once } from 'node:events'
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { isGrpcDeadlineError, ServiceError, type Client } from '@temporalio/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectTemporal } from '../../../client/connection.ts'
import { loadConfig } from '../../../config/load-config.ts'

const OK = 0
const DEADLINE_EXCEEDED = 4
const UNAVAILABLE = 14

let server: Http2Server
beforeEach(() => {
  server = createServer()
})
afterEach(() => server.close())

/** Responds with an empty message, or with the status alone. */
function respond(stream: ServerHttp2Stream, status: number): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(status) })
  })
  stream.end(status === OK ? Buffer.alloc(5) : undefined)
}

/** A client of a server that answers call by call with these statuses, and from then on with the last one. */
async function clientOf(...statuses: number[]): Promise<{ client: Client; calls: () => number }> {
  let calls = 0
  server.on('stream', (stream, headers) => {
    const isConnecting = headers[':path']?.endsWith('/GetSystemInfo') === true
    respond(stream, isConnecting ? OK : (statuses[Math.min(calls++, statuses.length - 1)] ?? OK))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = await connectTemporal(loadConfig({ env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } }))
  return { client, calls: () => calls }
}

it('a call that waits for its next attempt fails once its connection is closed', async () => {
  const { client, calls } = await clientOf(UNAVAILABLE)
  const call = client.workflow.getHandle('any').describe()
  await expect.poll(calls).toBeGreaterThan(0)
  await client.connection.close()
  await expect(call).rejects.toThrow(ServiceError)
})

it('a call that an overloaded server ends is made again', async () => {
  const { client, calls } = await clientOf(DEADLINE_EXCEEDED, OK)
  await client.workflowService.getClusterInfo({})
  expect(calls()).toBe(2)
  await client.connection.close()
})

it('a call that a server never answers in time fails after some attempts', async () => {
  const { client, calls } = await clientOf(DEADLINE_EXCEEDED)
  const error: unknown = await client.workflowService.getClusterInfo({}).catch((thrown: unknown) => thrown)
  expect(isGrpcDeadlineError(error)).toBe(true)
  expect(calls()).toBe(3)
  await client.connection.close()
})
