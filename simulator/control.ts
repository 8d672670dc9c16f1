/** The simulator's own addresses, `/__…`: its log, its faults, its truth, and what its parts add. */
import type { Faults } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import { bare, json, type Reply } from './upstream.ts'
import type { World } from './world.ts'

/** Addresses for `GET` that the parts add, by path. */
export type ControlAddresses = Record<string, (query: URLSearchParams) => Reply>

export interface ControlParts {
  world: World
  requests: RequestLog
  faults: Faults
  addresses: ControlAddresses
}

const OWN_PATHS = ['/__health', '/__world', '/__requests', '/__faults']

/** Handles one request below `/__`. */
export function control(
  parts: ControlParts,
  method: string,
  path: string,
  body: string,
  query: URLSearchParams,
): Reply {
  const { world, requests, faults, addresses } = parts
  const own = method === 'GET' ? addresses[path] : undefined
  if (own !== undefined) return own(query)
  switch (`${method} ${path}`) {
    case 'GET /__health':
      return json(200, { status: 'ok', date: world.date(), seed: world.seed })
    case 'GET /__world':
      return json(200, world.truth())
    case 'GET /__requests':
      return json(200, requests.list())
    case 'DELETE /__requests':
      requests.clear()
      return bare(204)
    case 'GET /__faults':
      return json(200, faults.list())
    case 'DELETE /__faults':
      faults.clear()
      return bare(204)
    case 'PUT /__faults':
      return mergeFaults(faults, body)
    default:
      return json(404, {
        error: `No ${method} ${path} here; see ${[...OWN_PATHS, ...Object.keys(addresses)].join(', ')}.`,
      })
  }
}

function mergeFaults(faults: Faults, body: string): Reply {
  let change: unknown
  try {
    change = JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return json(400, { error: `The body is not JSON: ${error.message}` })
    throw error
  }
  const problem = faults.merge(change)
  return problem === undefined ? json(200, faults.list()) : json(400, { error: problem })
}
