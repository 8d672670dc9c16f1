/** The simulator: one loopback server that stands in for every upstream, each under its own prefix. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { Failure } from '../core/failures.ts'
import { DEFAULT_SEED } from './chance.ts'
import { control, type ControlAddresses, type ControlParts } from './control.ts'
import { deliver, type Delivery } from './fault-replies.ts'
import { createFaults, type Faults } from './faults.ts'
import { PARTS, type PartOptions } from './index.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { send } from './send.ts'
import type { AnyFault, Refusals, Upstream } from './upstream.ts'
import { joinWorlds, type World } from './world.ts'

const HOST = '127.0.0.1'
/** Addresses longer than an upstream takes (8 KB is usual) must reach its own refusal. */
const LARGEST_HEAD_BYTES = 65_536

export interface CommonOptions {
  /** Default: 0, a free one. */
  port?: number
  /** Another seed gives other numbers. Default: 1. */
  seed?: number
  /** Whether upstreams with a known limit count requests and refuse. Default: true. */
  rateLimits?: boolean
  /** Decides the UTC date of the world. Default: the machine's clock. */
  clock?: () => Date
  /**
   * Milliseconds that rate limits count with. Default: since 1970, never backward. Not `clock`: a world's date may stand
   * still, its limits must not, and some count in minutes of their clients' clocks.
   */
  now?: () => number
}

/** Options of the simulator and of all its parts. */
export type SimulatorOptions = CommonOptions & PartOptions

export interface Simulator {
  /** Base of every prefix, without a slash at its end. */
  url: string
  port: number
  world: World
  requests: RequestLog
  faults: Faults
  /** What answers, past HTTP, faults and the log: for who asks thousands of times, as a limit takes. */
  upstreams: readonly Upstream[]
  /** Ends open connections, frees the port and what the parts hold. */
  close(): Promise<void>
}

/**
 * Starts a simulator.
 * @throws Failure `Misconfigured` if the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, seed = DEFAULT_SEED, rateLimits = true, clock = machineClock, now = sinceEpoch } = options
  let taken = port
  const given = { seed, clock, now, rateLimits, port: () => taken }
  const parts = Object.values(PARTS).map((part) => part.start(given, options))
  const world = joinWorlds(parts, given)
  const upstreams = parts.flatMap((part) => part.upstreams)
  const faults = createFaults(upstreams)
  const requests = createRequestLog()
  const addresses = Object.assign({}, ...parts.map((part) => part.control ?? {})) as ControlAddresses
  const refusals = Object.assign({}, ...upstreams.map((upstream) => upstream.refusals ?? {})) as Refusals
  const server = serverOf({ world, upstreams, faults, requests, addresses, refusals, now })
  taken = await listen(server, port)
  const close = async () => {
    try {
      await closeServer(server)
    } finally {
      for (const part of parts) await part.close?.()
    }
  }
  return { url: `http://${HOST}:${taken}`, port: taken, world, requests, faults, upstreams, close }
}

function machineClock(): Date {
  return new Date()
}

/**
 * A busy machine stops both sides for seconds: with Node's five a connection was closed in the instant in which the next
 * request went out on it. Servers on the internet keep theirs for about a minute.
 */
const KEEP_ALIVE_MS = 60_000

function serverOf(parts: Parts): Server {
  const options = { maxHeaderSize: LARGEST_HEAD_BYTES, keepAliveTimeout: KEEP_ALIVE_MS }
  return createServer(options, (request, response) => {
    response.setHeader('date', new Date(parts.now()).toUTCString())
    handle(parts, request, response).catch((error: unknown) => {
      fail(request, response, error)
    })
  })
}

function sinceEpoch(): number {
  return performance.timeOrigin + performance.now()
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
    server.closeAllConnections()
  })
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what =
        cause.code === 'EADDRINUSE' ? `Port ${port} is taken` : `The simulator cannot listen on port ${port}`
      reject(new Failure('Misconfigured', `${what}; choose another port or stop what holds it.`, { cause }))
    })
    server.listen(port, HOST, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

interface Parts extends ControlParts {
  upstreams: Upstream[]
  refusals: Refusals
  /** What the header `Date` says: the clock by which limits name times. */
  now: () => number
}

async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await wholeBody(request)
  const body = bytes.toString('utf8')
  const target = new URL(request.url ?? '/', `http://${HOST}`)
  const method = request.method ?? 'GET'
  const upstream = parts.upstreams.find(({ prefix }) => target.pathname.startsWith(`${prefix}/`))
  if (upstream === undefined) {
    await send(response, { reply: control(parts, method, target.pathname, body, target.searchParams) })
    return
  }
  const url = (request.url ?? '/').slice(upstream.prefix.length)
  const fault = parts.faults.take(upstream.name, url)
  const { faults = [] } = upstream
  const delivery = await deliver(fault, { faults, refusals: parts.refusals }, () =>
    upstream.answer({
      method,
      path: decodedPath(target.pathname).slice(upstream.prefix.length),
      query: target.searchParams,
      url,
      headers: request.headers,
      body,
      bytes,
      client: request.socket.remoteAddress ?? '',
      fault,
    }),
  )
  // logged before it is sent: a client with the response finds the request in the log
  log(parts.requests, { upstream: upstream.name, method, path: url }, delivery, fault)
  await send(response, delivery)
}

/** A defect of the simulator is shown to its client; a client that left in mid-request needs no response. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!request.complete || response.headersSent) response.destroy()
  else
    response
      .writeHead(500, { 'content-type': 'text/plain' })
      .end(`Defect of the simulator: ${inspect(error)}`)
}

function log(
  requests: RequestLog,
  request: { upstream: string; method: string; path: string },
  { reply, cutAfterBytes }: Delivery,
  fault: AnyFault | undefined,
): void {
  const bytes = Math.min(Buffer.byteLength(reply?.body ?? ''), cutAfterBytes ?? Infinity)
  const time = new Date().toISOString()
  requests.add({ time, ...request, status: reply?.status ?? 0, bytes, ...(fault && { fault: fault.kind }) })
}

async function wholeBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A path that is no valid percent-encoding stays unchanged, and is then not found. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
