/** The faults that can be switched on, one per upstream at a time, and their validation. */
import { z } from 'zod'

const scope = {
  /** The fault meets this many matching requests, then vanishes; without it, it stays. */
  times: z.int().positive().optional(),
  /** Regular expression on path and query (after the upstream's prefix); without it every request matches. */
  match: z
    .string()
    .refine((pattern) => isPattern(pattern), 'not a regular expression')
    .optional(),
}
const status = z.int().min(200).max(599)
const milliseconds = z.int().min(0).max(600_000)
const fieldName = z.string().min(1)

/** Every kind of fault; unknown keys are refused, so that a misspelt fault is not silently none. */
const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status,
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
    ...scope,
  }),
  z.strictObject({ kind: z.literal('latency'), ms: milliseconds, ...scope }),
  /** The connection ends inside the body; by default in its middle. */
  z.strictObject({ kind: z.literal('cut'), afterBytes: z.int().min(0).optional(), ...scope }),
  /** The connection ends before any answer. */
  z.strictObject({ kind: z.literal('refuse'), ...scope }),
  z.strictObject({ kind: z.literal('truncated-json'), ...scope }),
  z.strictObject({ kind: z.literal('html'), ...scope }),
  z.strictObject({
    kind: z.literal('challenge'),
    status: z.union([z.literal(200), z.literal(403), z.literal(503)]),
    ...scope,
  }),
  /** The endpoint's own empty list; answers that hold no list stay as they are. */
  z.strictObject({ kind: z.literal('empty'), ...scope }),
  z.strictObject({ kind: z.literal('rename-field'), from: fieldName, to: fieldName, ...scope }),
  z.strictObject({ kind: z.literal('wrong-type'), field: fieldName, value: z.json(), ...scope }),
  z.strictObject({ kind: z.literal('slow-drip'), bytesPerSecond: z.int().positive(), ...scope }),
  z.strictObject({
    kind: z.literal('rate-limited'),
    shape: z.enum([
      'modrinth',
      'binance',
      'coingecko',
      'github-primary',
      'github-secondary',
      'github-secondary-bare',
      'retry-after-seconds',
      'retry-after-date',
      'bare',
      'html',
    ]),
    seconds: z.int().min(0).max(86_400),
    ...scope,
  }),
  /** Binance's refusal of a country: permanent for the host. */
  z.strictObject({ kind: z.literal('geo-block'), ...scope }),
  /** Binance's ban of an address that went on asking. */
  z.strictObject({ kind: z.literal('banned'), seconds: z.int().positive(), ...scope }),
  /** The firewall in front of a service: CloudFront's page. */
  z.strictObject({ kind: z.literal('waf'), ...scope }),
  /** 1xBet's way to say no: 200 with a code and no events. */
  z.strictObject({
    kind: z.literal('error-code'),
    code: z.int(),
    message: z.string().optional(),
    ...scope,
  }),
  /** Another look of the website, and what it says past the last page; no other upstream has this. */
  z.strictObject({
    kind: z.literal('markup'),
    markup: z.enum(['listing', 'legacy', 'cards']),
    pastTheEnd: z.enum(['404', 'empty']).optional(),
    ...scope,
  }),
])

/** Kinds that only some upstreams know. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  markup: ['curseforge-web'],
  'error-code': ['onexbet'],
  'geo-block': ['binance', 'binance-mirror'],
  banned: ['binance', 'binance-mirror'],
}

export type Fault = z.infer<typeof faultSchema>

/** The faults in force. */
export interface Faults {
  /** Switches a fault on, or off with `null`. Throws a ZodError for an ill-formed fault, a RangeError for an unknown upstream. */
  set(upstream: string, fault: Fault | null): void
  /** Validates everything, then merges; `null` removes. The text of the first fault found, or nothing. */
  merge(change: unknown): string | undefined
  clear(): void
  list(): Record<string, Fault>
  /** The fault that meets this request; uses up one of its `times`. */
  take(upstream: string, url: string): Fault | undefined
}

/** Keeps the faults of the named upstreams. */
export function createFaults(upstreams: readonly string[]): Faults {
  const inForce = new Map<string, Fault>()
  const put = (upstream: string, fault: Fault | null) => {
    if (fault === null) inForce.delete(upstream)
    else inForce.set(upstream, fault)
  }
  const mismatch = (upstream: string, fault: Fault | null): string | undefined => {
    if (!upstreams.includes(upstream))
      return `Unknown upstream "${upstream}"; known are ${upstreams.join(', ')}.`
    const owners = fault === null ? undefined : OWNERS[fault.kind]
    if (owners === undefined || owners.includes(upstream)) return undefined
    return `Only ${owners.join(' and ')} ${owners.length === 1 ? 'has' : 'have'} the fault "${fault?.kind ?? ''}".`
  }
  return {
    set: (upstream, fault) => {
      const parsed = faultSchema.nullable().parse(fault)
      const problem = mismatch(upstream, parsed)
      if (problem !== undefined) throw new RangeError(problem)
      put(upstream, parsed)
    },
    merge: (change) => {
      const parsed = z.record(z.string(), faultSchema.nullable()).safeParse(change)
      if (!parsed.success) return z.prettifyError(parsed.error)
      const entries = Object.entries(parsed.data)
      for (const [upstream, fault] of entries) {
        const problem = mismatch(upstream, fault)
        if (problem !== undefined) return problem
      }
      for (const [upstream, fault] of entries) put(upstream, fault)
      return undefined
    },
    clear: () => {
      inForce.clear()
    },
    list: () => Object.fromEntries(inForce),
    take: (upstream, url) => {
      const fault = inForce.get(upstream)
      if (fault === undefined) return undefined
      if (fault.match !== undefined && !new RegExp(fault.match).test(url)) return undefined
      if (fault.times === 1) inForce.delete(upstream)
      else if (fault.times !== undefined) inForce.set(upstream, { ...fault, times: fault.times - 1 })
      return fault
    },
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
