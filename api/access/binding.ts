/** At which address the server listens, and which tokens that needs. */
import { isIP } from 'node:net'
import type { Config } from '../../config/load-config.ts'
import { Failure } from '../../core/failures.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** Whether only programs of this machine reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** The tokens that must be asked for at an address; none on loopback. Throws `Misconfigured` if they are missing. */
export function tokensFor({ env }: Pick<Config, 'env'>, host: string): Tokens | undefined {
  if (isLoopback(host)) return undefined
  const { ALMANAC_TOKEN: operator, ALMANAC_READER_TOKEN: reader } = env
  if (operator === undefined)
    throw new Failure(
      'Misconfigured',
      `The page and the API would be open to everybody at ${host}: set ALMANAC_TOKEN ("openssl rand -hex 24" makes one), or listen on 127.0.0.1.`,
    )
  if (operator === reader)
    throw new Failure(
      'Misconfigured',
      'ALMANAC_READER_TOKEN is ALMANAC_TOKEN: readers could change everything. Give them another one.',
    )
  return createTokens({ operator, reader })
}
