/** Lines of the worker's log, which are JSON. */
import * as z from 'zod/mini'

export interface LogLine {
  /** Milliseconds; undefined if the line has none. */
  time: number | undefined
  level: 'debug' | 'info' | 'warn' | 'error'
  text: string
  /** What the line is about: `team1 Lombardia, score1 2`. */
  details?: string
}

const entry = z.object({
  time: z.catch(z.optional(z.number()), undefined),
  level: z.catch(z.number(), 30),
  msg: z.catch(z.string(), ''),
  err: z.catch(z.optional(z.object({ message: z.string() })), undefined),
})

/** Levels of pino, the logger: from this number on. */
const LEVELS = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
] as const

/** The lines of a log; one that is no JSON, cut off by a full disk, is kept as text. */
export const linesOf = (log: string): LogLine[] =>
  log
    .split('\n')
    .filter((line) => line !== '')
    .map(lineOf)

function lineOf(line: string): LogLine {
  const json = jsonOr(line)
  const read = entry.safeParse(json)
  if (!read.success) return { time: undefined, level: 'info', text: line }
  const { time, level, msg, err } = read.data
  const text = err === undefined || msg.includes(err.message) ? msg : `${msg}: ${err.message}`
  return { time, level: LEVELS.find(([from]) => level >= from)?.[1] ?? 'debug', text, ...detailsOf(json) }
}

/** The fields behind `event`, where the line's own begin: those before it are the same in all lines of an activity. */
function detailsOf(json: unknown): Pick<LogLine, 'details'> {
  const fields = Object.entries(json as object)
  const first = fields.findIndex(([name]) => name === 'event') + 1
  if (first === 0) return {}
  const own = fields
    .slice(first)
    .filter(([name, value]) => name !== 'msg' && ['string', 'number', 'boolean'].includes(typeof value))
  return own.length === 0 ? {} : { details: own.map(([name, value]) => `${name} ${value}`).join(', ') }
}

function jsonOr(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
