/** The cookie of a session, which scripts of a page cannot read and other sites cannot send. */
import { SECOND_MS } from '../../core/durations.ts'

const NAME = 'almanac_session'

/** The session in a Cookie header; undefined without one. */
export const sessionIn = (header = ''): string | undefined =>
  header
    .split(/; */)
    .find((pair) => pair.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1)

/** The Set-Cookie header that keeps a session for some milliseconds; an encrypted one is never sent in the clear. */
export function setCookie(session: string, ms: number, isEncrypted: boolean): string {
  const secure = isEncrypted ? '; Secure' : ''
  return `${NAME}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${ms / SECOND_MS}${secure}`
}
