/** Lines of the worker's log, which are JSON. */
import * as z from 'zod/mini'

export interface LogLine {
  /** Milliseconds; undefined if the line has none. */
  time: number | undefined
  level: 'debug' | 'info' | 'warn' | 'error'
  text: string
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
  const read = entry.safeParse(jsonOr(line))
  if (!read.success) return { time: undefined, level: 'info', text: line }
  const { time, level, msg, err } = read.data
  const text = err === undefined || msg.includes(err.message) ? msg : `${msg}: ${err.message}`
  return { time, level: LEVELS.find(([from]) => level >= from)?.[1] ?? 'debug', text }
}

function jsonOr(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
