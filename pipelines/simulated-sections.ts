/**
 * Sections of almanac.yaml whose upstreams are a simulator's: for benchmarks and tests, which must not reach the
 * internet.
 */
import { PIPELINES, type PipelineId } from './index.ts'

type Section = Record<string, unknown>

/** Returns, by pipeline, a section with the addresses of its demo and nothing else; not enabled. */
export function simulatedSections(simulatorUrl: string): Record<PipelineId, Section> {
  return Object.fromEntries(
    PIPELINES.map(({ id, demo }) => [
      id,
      { enabled: false, ...(addressesOnly(demo.section(simulatorUrl)) as Section) },
    ]),
  ) as unknown as Record<PipelineId, Section>
}

/** Returns `base` merged with `more`; of two objects the keys of both stay. */
export function mergedSections<Base extends Section>(base: Base, more: Section = {}): Base {
  const merged: Section = { ...base }
  for (const [key, value] of Object.entries(more)) {
    const known = merged[key]
    merged[key] = isObject(known) && isObject(value) ? mergedSections(known, value) : value
  }
  return merged as Base
}

/** What is left of a value if only addresses are kept; undefined if nothing is. */
function addressesOnly(value: unknown): unknown {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? value : undefined
  if (Array.isArray(value)) {
    const kept = value.map(addressesOnly).filter((one) => one !== undefined)
    return kept.length === value.length && kept.length > 0 ? kept : undefined
  }
  if (!isObject(value)) return undefined
  const kept = Object.entries(value).flatMap(([key, one]) => {
    const inner = addressesOnly(one)
    return inner === undefined ? [] : [[key, inner] as const]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function isObject(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
