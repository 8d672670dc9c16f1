/** The tokens of this server, and the sessions that are signed with them. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { DAY_MS } from '../../core/durations.ts'

/** A reader changes nothing. */
export type Role = 'reader' | 'operator'

/** A team looks at the page every day; who has not come for a week logs in again. */
export const SESSION_MS = 7 * DAY_MS

export interface Tokens {
  /** The role of a token; undefined for a wrong one. */
  roleOf(token: string): Role | undefined
  /** A session of this role that begins now, as text. */
  session(role: Role, nowMs: number): string
  /** The role of a session; undefined for one that is over or not ours. */
  roleOfSession(session: string | undefined, nowMs: number): Role | undefined
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Sessions are signed with a key that is made of the tokens: new tokens end them, and a restart does not. */
export function createTokens({
  operator,
  reader,
}: {
  operator: string
  reader?: string | undefined
}): Tokens {
  const known: (readonly [Role, Buffer])[] = [['operator', digest(operator)]]
  if (reader !== undefined) known.push(['reader', digest(reader)])
  const key = digest(JSON.stringify(['sessions of almanac', operator, reader]))
  const signature = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    roleOf(token) {
      const given = digest(token)
      // All are compared, so that the time says nothing.
      return known.filter(([, expected]) => timingSafeEqual(given, expected))[0]?.[0]
    },
    session(role, nowMs) {
      const text = `${role}.${nowMs + SESSION_MS}`
      return `${text}.${signature(text)}`
    },
    roleOfSession(session = '', nowMs) {
      const [role, end, signed = ''] = session.split('.')
      if (!timingSafeEqual(digest(signed), digest(signature(`${role ?? ''}.${end ?? ''}`)))) return undefined
      return Number(end) > nowMs ? (role as Role) : undefined
    },
  }
}
