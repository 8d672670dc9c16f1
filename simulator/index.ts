/** The parts of the simulator, by pipeline, and what they add to its options and its world. */
import type { Intersection } from '../core/intersection.ts'
import * as byPipeline from './by-pipeline.ts'
import { DEFAULT_SEED } from './chance.ts'
import type { DemoWorld, PastFiles, SimulatorPart } from './part.ts'

export const PARTS = byPipeline

type Part = (typeof PARTS)[keyof typeof PARTS]
type Started = ReturnType<Part['start']>

/** Options of all parts. */
export type PartOptions = Intersection<Parameters<Part['start']>[1]>
/** Worlds of all parts. */
export type PartWorlds = Intersection<Started['world']>
/** Truths of all parts. */
export type PartTruths = Intersection<ReturnType<Started['truth']>>

/** The worlds of the demo by pipeline, for those that have one of their own. */
export type DemoWorlds = Partial<Record<keyof typeof PARTS, DemoWorld<PartOptions>>>

/** What the parts contribute to the demo. */
type DemoPart = Pick<SimulatorPart<PartOptions, object, object>, 'demo' | 'past'>

/** Makes the worlds of a demo, which begins now. */
export function demoWorlds(): DemoWorlds {
  const parts: [string, DemoPart][] = Object.entries(PARTS)
  return Object.fromEntries(
    parts.flatMap(([id, part]) => (part.demo === undefined ? [] : [[id, part.demo()] as const])),
  )
}

/** What an older collector saw of a pipeline's demo world in the weeks until `now`; none if it could not be imported. */
export function demoPast(id: keyof typeof PARTS, now: Date): PastFiles[] {
  const part: DemoPart = PARTS[id]
  return part.past?.({ seed: DEFAULT_SEED, now }) ?? []
}
