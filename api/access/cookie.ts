/** The cookie of a session, which scripts of a page cannot read and other sites cannot send. */
import { createHash } from 'node:crypto'
import type { Config } from '../../config/load-config.ts'
import { SECOND_MS } from '../../core/durations.ts'

/** Half a dozen stacks of one machine, and names as short: hexadecimal digits. */
const NAME_DIGITS = 8

export interface SessionCookie {
  /** The session in a Cookie header; undefined without one. */
  sessionIn(header: string | undefined): string | undefined
  /** The Set-Cookie header that keeps a session for some milliseconds; an encrypted one is never sent in the clear. */
  set(session: string, ms: number, isEncrypted: boolean): string
}

/** The cookie of one stack: a browser sends those of all ports of a host, so that its name must be its own. */
export function sessionCookie({
  stateDir,
  ports,
  env,
}: Pick<Config, 'stateDir' | 'ports' | 'env'>): SessionCookie {
  // In a container folder and port are those of every other one; the address is not.
  const stack = JSON.stringify([stateDir, ports.page, env.PAGE_URL])
  const name = `almanac_session_${createHash('sha256').update(stack).digest('hex').slice(0, NAME_DIGITS)}`
  return {
    sessionIn: (header = '') =>
      header
        .split(/; */)
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    set(session, ms, isEncrypted) {
      const secure = isEncrypted ? '; Secure' : ''
      return `${name}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${ms / SECOND_MS}${secure}`
    },
  }
}
