/** The faults that can be switched on, one per upstream at a time, and their validation. */
import * as z from 'zod'
import { faultScope } from './own-fault.ts'
import type { AnyFault, Upstream } from './upstream.ts'

const status = z.int().min(200).max(599)
const milliseconds = z.int().min(0).max(600_000)
const fieldName = z.string().min(1)

/** Kinds that every upstream has; unknown keys are rejected, so that a misspelt fault is not ignored silently. */
const COMMON = [
  z.strictObject({
    kind: z.literal('status'),
    status,
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
    ...faultScope,
  }),
  z.strictObject({ kind: z.literal('latency'), ms: milliseconds, ...faultScope }),
  /** The connection ends inside the body; by default in its middle. */
  z.strictObject({ kind: z.literal('cut'), afterBytes: z.int().min(0).optional(), ...faultScope }),
  /** The connection ends before any response. */
  z.strictObject({ kind: z.literal('refuse'), ...faultScope }),
  z.strictObject({ kind: z.literal('truncated-json'), ...faultScope }),
  z.strictObject({ kind: z.literal('html'), ...faultScope }),
  z.strictObject({
    kind: z.literal('challenge'),
    status: z.union([z.literal(200), z.literal(403), z.literal(503)]),
    ...faultScope,
  }),
  /** The endpoint's empty list; responses that hold no list stay unchanged. */
  z.strictObject({ kind: z.literal('empty'), ...faultScope }),
  z.strictObject({ kind: z.literal('rename-field'), from: fieldName, to: fieldName, ...faultScope }),
  z.strictObject({ kind: z.literal('wrong-type'), field: fieldName, value: z.json(), ...faultScope }),
  z.strictObject({ kind: z.literal('slow-drip'), bytesPerSecond: z.int().positive(), ...faultScope }),
  z.strictObject({
    kind: z.literal('rate-limited'),
    /** One of `SHAPES`, or of the `refusals` of any upstream. */
    shape: z.string(),
    seconds: z.int().min(0).max(86_400),
    ...faultScope,
  }),
  /** The firewall in front of a service: CloudFront's page. */
  z.strictObject({ kind: z.literal('waf'), ...faultScope }),
] as const

/** Refusals that every upstream has. */
export const SHAPES = ['retry-after-seconds', 'retry-after-date', 'bare', 'html'] as const

/** A fault of a kind that every upstream has. */
export type CommonFault = z.infer<(typeof COMMON)[number]>

/** Any fault; the kinds of single upstreams are validated when they are switched on. */
export type Fault = CommonFault | AnyFault

/** The faults in force. */
export interface Faults {
  /** Names of the upstreams that can have faults. */
  upstreams: readonly string[]
  /**
   * Enables a fault, or disables it with `null`. Throws a ZodError for an ill-formed fault, a RangeError for an unknown
   * upstream.
   */
  set(upstream: string, fault: Fault | null): void
  /** Validates everything, then merges; `null` removes. The text of the first fault found, or nothing. */
  merge(change: unknown): string | undefined
  clear(): void
  list(): Record<string, AnyFault>
  /** The fault that meets this request; uses up one of its `times`. */
  take(upstream: string, url: string): AnyFault | undefined
}

/** Keeps the faults of these upstreams. */
export function createFaults(upstreams: readonly Upstream[]): Faults {
  const inForce = new Map<string, AnyFault>()
  const own = new Map(
    upstreams.flatMap(({ faults = [] }) => faults.map(({ kind, schema }) => [kind, schema])),
  )
  const shapes: string[] = [...SHAPES, ...upstreams.flatMap(({ refusals = {} }) => Object.keys(refusals))]
  const faultSchema = z.discriminatedUnion('kind', [...COMMON, ...own.values()]) as z.ZodType<AnyFault>
  const put = (upstream: string, fault: AnyFault | null) => {
    if (fault === null) inForce.delete(upstream)
    else inForce.set(upstream, fault)
  }
  const mismatch = (name: string, fault: AnyFault | null): string | undefined => {
    const upstream = upstreams.find((each) => each.name === name)
    if (upstream === undefined) return `Unknown upstream "${name}"; known are ${names(upstreams)}.`
    if (fault === null) return undefined
    const { kind } = fault
    if (own.has(kind) && !hasKind(upstream, kind))
      return `Only ${names(upstreams.filter((each) => hasKind(each, kind)))} can have the fault "${kind}".`
    if (kind !== 'rate-limited') return undefined
    return shapes.includes(String(fault['shape']))
      ? undefined
      : `Unknown shape of a refusal; known are ${shapes.join(', ')}.`
  }
  return {
    upstreams: upstreams.map(({ name }) => name),
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
      const { times } = fault
      if (times === 1) inForce.delete(upstream)
      else if (times !== undefined) inForce.set(upstream, { ...fault, times: times - 1 })
      return fault
    },
  }
}

function hasKind({ faults = [] }: Upstream, kind: string): boolean {
  return faults.some((each) => each.kind === kind)
}

function names(upstreams: readonly Upstream[]): string {
  return upstreams.map(({ name }) => name).join(', ')
}
