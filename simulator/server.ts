/** The simulator: one loopback server that stands in for every upstream, each under its own prefix. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { Failure } from '../core/failures.ts'
import { createAscl } from './library-context/ascl.ts'
import { createBinance } from './crypto-forecast/binance.ts'
import { createCoinGecko } from './crypto-forecast/coingecko.ts'
import type { RecordedKlines } from './crypto-forecast/coins.ts'
import { control } from './control.ts'
import { createCurseForge } from './mod-stats/curseforge.ts'
import { createCurseForgeWeb } from './mod-stats/curseforge-web.ts'
import type { Markup } from './mod-stats/dependents-markup.ts'
import { deliver, type Delivery } from './fault-replies.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import { createFearGreed } from './crypto-forecast/fear-greed.ts'
import { createGitServer, type GitServer } from './library-context/git-server.ts'
import { createGitHub } from './library-context/github.ts'
import type { Ending } from './match-results/matches.ts'
import { createModrinth } from './mod-stats/modrinth.ts'
import { createOneXBet } from './match-results/onexbet.ts'
import { createOneXBetResults } from './match-results/onexbet-results.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { send } from './send.ts'
import type { Upstream } from './upstream.ts'
import { createWorld, type World } from './world.ts'

const HOST = '127.0.0.1'
/** Addresses longer than Modrinth's 8 KB must reach Modrinth's own refusal. */
const LARGEST_HEAD_BYTES = 65_536

export interface SimulatorOptions {
  /** 0 (the default) takes a free one. */
  port?: number
  /** 3 by default. */
  mods?: number
  /** 3 by default: bitcoin, ethereum, binancecoin; more are `sim-coin-3`/`SIM3USDT` and so on. */
  coins?: number
  /** Recorded hourly klines by symbol, rows in Binance's own shape, instead of that coin's random walk. */
  klines?: RecordedKlines
  /** So many more plain libraries beside the fixed ones; none by default. */
  libraries?: number
  /** Recorded stars by full name: the libraries are these instead of the fixed ones. */
  recordedStars?: ReadonlyMap<string, number>
  /** Body of ASCL's catalogue, as recorded, instead of one of the world's libraries. */
  asclCatalogue?: string
  /** Leagues that play; 6 by default, some 13 events at a time, 720 matches a day. */
  leagues?: number
  /** Matches that each league plays side by side; 1 by default. 40 leagues with 25 have some 2,000 events at a time. */
  lanes?: number
  /** Matches end in these ways only, in turn; all by default. */
  matchEndings?: readonly Ending[]
  /** `false`: events of the feed carry no league id, as recorded; they do by default. */
  leagueIds?: boolean
  /** Decides the moment of the matches; `clock` by default. See fast-clock.ts. */
  matchClock?: () => Date
  seed?: number
  /** `true` by default: Modrinth, CurseForge, Binance, CoinGecko and GitHub count requests and refuse. */
  rateLimits?: boolean
  /** Decides the UTC date of the world. */
  clock?: () => Date
  /**
   * Milliseconds that rate limits count with, since 1970 by default and never backward: a world's date may stand still,
   * its limits must not, and Binance's minutes are those of its clients' clocks.
   */
  now?: () => number
  /** Look of the dependents pages, `cards` by default. */
  markup?: Markup
  /** What the website says past the last dependents page, `404` by default. */
  pastTheEnd?: '404' | 'empty'
}

export interface Simulator {
  /** Base of every prefix, without a slash at its end. */
  url: string
  port: number
  world: World
  requests: RequestLog
  faults: Faults
  /** What the git server holds: the truth for tests. */
  git: Pick<GitServer, 'headOf'>
  /** Ends open connections and git processes, frees the port, removes the repositories. */
  close(): Promise<void>
}

/**
 * Starts a simulator.
 * @throws Failure `Misconfigured` where the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0 } = options
  const world = worldOf(options)
  let taken = port
  const git = createGitServer({ libraries: world.libraries, port: () => taken })
  const upstreams = upstreamsOf(options, world, git)
  const faults = createFaults(upstreams.map(({ name }) => name))
  const requests = createRequestLog()
  const parts = { world, upstreams, faults, requests }
  const server = serverOf(parts)
  taken = await listen(server, port)
  const close = () => closeServer(server).finally(git.close)
  return { url: `http://${HOST}:${taken}`, port: taken, world, requests, faults, git, close }
}

function worldOf(options: SimulatorOptions): World {
  const { mods = 3, seed = 1, clock = machineClock, coins = 3, klines = {}, libraries = 0 } = options
  const { recordedStars, leagues = 6, lanes = 1, matchEndings = [], matchClock = clock } = options
  return createWorld({
    mods,
    seed,
    clock,
    coins,
    klines,
    libraries,
    ...(recordedStars && { recordedStars }),
    matches: { leagues, lanes, ends: matchEndings, clock: matchClock },
  })
}

function upstreamsOf(options: SimulatorOptions, world: World, git: GitServer): Upstream[] {
  const { rateLimits = true, clock = machineClock, now = sinceEpoch, markup = 'cards' } = options
  const { pastTheEnd = '404', asclCatalogue, leagueIds = true, matchClock = clock } = options
  const { coins, libraries, matches, seed } = world
  return [
    createModrinth({ world, rateLimits, now }),
    createCurseForge({ world, rateLimits, now }),
    createCurseForgeWeb({ world, markup, pastTheEnd }),
    createBinance({ coins, name: 'binance', rateLimits, now }),
    createBinance({ coins, name: 'binance-mirror', rateLimits, now }),
    createCoinGecko({ coins, seed, rateLimits, now }),
    createFearGreed({ seed, clock }),
    createAscl({ libraries, seed, ...(asclCatalogue !== undefined && { catalogue: asclCatalogue }) }),
    createGitHub({ libraries, rateLimits, now }),
    git,
    createOneXBet({ matches, seed, clock: matchClock, leagueIds }),
    createOneXBetResults({ matches, clock: matchClock }),
  ]
}

function machineClock(): Date {
  return new Date()
}

function serverOf(parts: Parts): Server {
  return createServer({ maxHeaderSize: LARGEST_HEAD_BYTES }, (request, response) => {
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

interface Parts {
  world: World
  upstreams: Upstream[]
  faults: Faults
  requests: RequestLog
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
  const delivery = await deliver(fault, () =>
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
  // logged before it is sent: who has the answer finds the request in the log
  log(parts.requests, { upstream: upstream.name, method, path: url }, delivery, fault)
  await send(response, delivery)
}

/** A defect of the simulator is shown to its client; a client that left in mid-request needs no answer. */
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
  fault: Fault | undefined,
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

/** A path that is no valid percent-encoding stays as it is, and is then not found. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
