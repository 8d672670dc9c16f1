/** A simulator for one test file, with short request helpers. */
import { afterAll, beforeAll } from 'vitest'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/server.ts'
import type { AnyReply } from '../../../simulator/upstream.ts'

export const AGENT = 'almanac-tests/1.0 (tests@example.org)'
const KEY = 'a-key'

/** Starts a simulator before the tests of the calling file or block and closes it after them. */
export function simulatorForTests(options: SimulatorOptions = {}): { get: () => Simulator } {
  let simulator: Simulator | undefined
  beforeAll(async () => {
    simulator = await startSimulator({ clock: () => new Date('2026-05-04T10:00:00Z'), ...options })
  })
  afterAll(async () => {
    await simulator?.close()
  })
  return {
    get: () => {
      if (simulator === undefined) throw new Error('The simulator is not started yet.')
      return simulator
    },
  }
}

/** A request with a proper agent and key unless `headers` say otherwise. */
export function ask(simulator: Simulator, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = {
    'user-agent': AGENT,
    'x-api-key': KEY,
    ...(init.headers as Record<string, string> | undefined),
  }
  return fetch(simulator.url + path, { ...init, headers })
}

/**
 * The same response without HTTP, faults and the log: a connection takes longer than what most upstreams compute, and
 * limits count thousands of requests.
 */
export async function answerOf(simulator: Simulator, path: string): Promise<AnyReply> {
  const upstream = simulator.upstreams.find(({ prefix }) => path.startsWith(`${prefix}/`))
  if (upstream === undefined) throw new Error(`No upstream is at ${path}.`)
  const url = path.slice(upstream.prefix.length)
  const target = new URL(url, simulator.url)
  return upstream.answer({
    method: 'GET',
    path: target.pathname,
    query: target.searchParams,
    url,
    headers: { 'user-agent': AGENT, 'x-api-key': KEY },
    body: '',
    bytes: Buffer.alloc(0),
    // As `ask` comes: limits count the two together.
    client: '127.0.0.1',
    fault: undefined,
  })
}

/** The JSON of a response, in the type that the test expects. */
export async function askJson(simulator: Simulator, path: string, init?: RequestInit): Promise<unknown> {
  return (await ask(simulator, path, init)).json()
}

/** `GET /projects?ids=…` and its kind: array parameters are JSON text. */
export function idsQuery(ids: string[]): string {
  return `ids=${encodeURIComponent(JSON.stringify(ids))}`
}
