/** Whether the upstreams of the enabled pipelines answer, asked side by side, and whether their clocks agree with ours. */
import { addressesIn } from '../../config/addresses.ts'
import type { Config } from '../../config/load-config.ts'
import { networkTrouble } from '../../core/network-trouble.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { userAgent } from '../../upstreams/user-agent.ts'
import { CLI_PARTS } from '../parts.ts'
import { bad, none, ok, warn, type Check } from './check.ts'
import { CHECK_MS } from './within.ts'

/** A `Date` header has whole seconds, cut off: on average the truth is half a second later. */
const CUT_OFF_MS = 500

/** How far this machine's clock is ahead of another's (negative: behind). */
export interface OtherClock {
  aheadMs: number
  of: string
}

/** What asking one upstream gave; `trouble` if it did not answer, or (`isReached`) with an error of its server. */
export interface Asked {
  host: string
  trouble?: string
  isReached?: boolean
  clock?: OtherClock
}

/** Asks each host once, for the head of its address. Any answer but a server error counts. */
export async function askUpstreams({ env, ...config }: Config): Promise<Asked[]> {
  const addresses = PIPELINES.flatMap(({ id }) => {
    const section = config.tracked[id]
    return section.enabled ? (CLI_PARTS[id].upstreams?.({ env, ...config }) ?? addressesIn(section)) : []
  })
  const byHost = new Map(addresses.toReversed().map((address) => [new URL(address).host, address]))
  const headers = { 'user-agent': userAgent(env.ALMANAC_CONTACT) }
  return Promise.all([...byHost].toReversed().map(([host, address]) => ask(host, address, headers)))
}

async function ask(host: string, address: string, headers: Record<string, string>): Promise<Asked> {
  const sent = Date.now()
  try {
    const signal = AbortSignal.timeout(CHECK_MS)
    const { status, headers: answer } = await fetch(address, {
      method: 'HEAD',
      redirect: 'manual',
      headers,
      signal,
    })
    const theirs = Date.parse(answer.get('date') ?? '') + CUT_OFF_MS
    const clock = Number.isNaN(theirs)
      ? {}
      : { clock: { aheadMs: (sent + Date.now()) / 2 - theirs, of: host } }
    return status >= 500 ? { host, trouble: `HTTP ${status}`, isReached: true, ...clock } : { host, ...clock }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'TimeoutError') return { host, trouble: `no answer within ${CHECK_MS / 1000} s` }
    if (error instanceof TypeError && error.cause instanceof Error)
      return { host, trouble: networkTrouble(error.cause) }
    throw error
  }
}

/** The verdict: who does not answer; if nobody is reached, it is this machine's connection. */
export function upstreamsCheck(config: Pick<Config, 'mode'>, asked: readonly Asked[]): Check {
  if (config.mode === 'demo') return none('upstreams', 'not asked: the demo contacts only this machine')
  if (asked.length === 0) return none('upstreams', 'none is asked: no pipeline is enabled')
  const silent = asked.filter(({ trouble }) => trouble !== undefined)
  if (silent.length === 0) return ok('upstreams', `${asked.map(({ host }) => host).join(', ')} answer`)
  if (silent.length < asked.length || silent.some(({ isReached }) => isReached))
    return warn(
      'upstreams',
      troubles(silent),
      'its runs wait and try again; look whether the service is down, or blocked here',
    )
  return bad(
    'upstreams',
    `none answers: ${troubles(silent)}`,
    'connect this machine to the internet; behind a proxy or firewall, allow these hosts',
  )
}

/** Each trouble once, after the hosts that have it. */
function troubles(silent: readonly Asked[]): string {
  const hosts = new Map<string, string[]>()
  for (const { host, trouble = '' } of silent) hosts.set(trouble, [...(hosts.get(trouble) ?? []), host])
  return [...hosts].map(([trouble, names]) => `${names.join(', ')}: ${trouble}`).join('; ')
}
