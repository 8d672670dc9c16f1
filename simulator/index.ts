/** The parts of the simulator, one line a pipeline, and what they add to its options and its world. */
import type { Intersection } from '../core/intersection.ts'
import { cryptoForecast } from './crypto-forecast/index.ts'
import { libraryContext } from './library-context/index.ts'
import { matchResults } from './match-results/index.ts'
import { modStats } from './mod-stats/index.ts'
import type { DemoWorld, SimulatorPart } from './part.ts'

export const PARTS = {
  'mod-stats': modStats,
  'crypto-forecast': cryptoForecast,
  'library-context': libraryContext,
  'match-results': matchResults,
}

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

/** Makes the worlds of a demo, which begins now. */
export function demoWorlds(): DemoWorlds {
  const parts: [string, Pick<SimulatorPart<PartOptions, object, object>, 'demo'>][] = Object.entries(PARTS)
  return Object.fromEntries(
    parts.flatMap(([id, part]) => (part.demo === undefined ? [] : [[id, part.demo()] as const])),
  )
}
