/** The simulator's own addresses, `/__…`: its log, its faults, its truth. `/__matches?from=…&to=…` takes ISO times; without, the last 24 hours. */
import type { Faults } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import { bare, json, type Reply } from './upstream.ts'
import type { World } from './world.ts'

/** A week of matches is some 5,000 of them. */
const LONGEST_WINDOW_MS = 7 * 86_400_000

export interface ControlParts {
  world: World
  requests: RequestLog
  faults: Faults
}

/** Answers one request below `/__`. */
export function control(
  parts: ControlParts,
  method: string,
  path: string,
  body: string,
  query: URLSearchParams = new URLSearchParams(),
): Reply {
  const { world, requests, faults } = parts
  switch (`${method} ${path}`) {
    case 'GET /__health':
      return json(200, { status: 'ok', date: world.date(), mods: world.mods, seed: world.seed })
    case 'GET /__world':
      return json(200, world.truth())
    case 'GET /__matches':
      return matches(world, query)
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
        error: `No ${method} ${path} here; see /__health, /__world, /__matches, /__requests, /__faults.`,
      })
  }
}

/** True matches that start in the window; by default those of the last 24 hours of the matches' clock. */
function matches(world: World, query: URLSearchParams): Reply {
  const [from, to] = [query.get('from'), query.get('to')]
  if (from === null && to === null) return json(200, world.matches.truth())
  const window = { from: Date.parse(from ?? ''), to: Date.parse(to ?? '') }
  const spanMs = window.to - window.from
  if (!(spanMs >= 0 && spanMs <= LONGEST_WINDOW_MS))
    return json(400, { error: '`from` and `to` are ISO times, at most a week apart.' })
  return json(200, world.matches.truthBetween(new Date(window.from), new Date(window.to)))
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
