/** Servers that are away, or refuse us: what one of them would have said is left out of an answer, which names it instead. */
import * as z from 'zod'
import { failureReason } from '../core/reason.ts'
import { reason } from '../wording/reason.ts'
import { sentence, type Language } from '../wording/sentence.ts'
import { CannotReach } from '../client/cannot-reach.ts'
import { SECOND_MS } from '../core/durations.ts'
import { databaseFailure, isDatabaseUnwritable } from '../db/database-failure.ts'
import { sqlState } from '../db/sql-state.ts'
import { SERVERS } from './problem.ts'

/**
 * A statement of a page answers in a fraction of a second, the export of a million rows in some; one that takes half a
 * minute keeps a connection from others.
 */
export const STATEMENT_MS = 30 * SECOND_MS
/** SQLSTATE of a statement that was ended. */
const QUERY_CANCELED = '57014'

export const awaySchema = z
  .array(
    z.object({
      server: z.enum(SERVERS),
      why: z.string().describe('What was found, and what to do'),
    }),
  )
  .describe('Servers that are away; what they know is missing from this answer')

export type Away = z.infer<typeof awaySchema>

/** Whether the database ended a statement that took too long; it would take as long the next time. */
export const isTooSlow = (error: unknown): boolean => sqlState(error) === QUERY_CANCELED

/** The server whose absence, or refusal, caused an error; undefined for any other error. Its words are quoted in other languages. */
export function awayOf(error: unknown, language: Language = 'en'): Away[number] | undefined {
  const told = (type: string, message: string) =>
    language === 'en' ? message : sentence(failureReason({ type, message }), language)
  // First: its cause is a refused connection, as of a database.
  if (error instanceof CannotReach)
    return { server: 'temporal', why: told('TemporalUnavailable', error.message) }
  if (isTooSlow(error)) return { server: 'database', why: sentence(TOO_SLOW, language) }
  const failure = databaseFailure(error)
  if (!isDatabaseUnwritable(failure)) return undefined
  return { server: 'database', why: told(failure.type, failure.message) }
}

const TOO_SLOW = reason('query-too-slow', { seconds: STATEMENT_MS / SECOND_MS })

/** Returns what a server says; undefined if it is away, which is then among `away`. */
export async function orAway<T>(
  away: Away,
  language: Language,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    const found = awayOf(error, language)
    if (found === undefined) throw error
    if (!away.some(({ server }) => server === found.server)) away.push(found)
    return undefined
  }
}
