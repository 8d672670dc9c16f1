/** What one pipeline contributes to the simulator: its upstreams, and what they show. */
import type { Reply, Upstream } from './upstream.ts'

/** What every part gets from the simulator. */
export interface PartGiven {
  seed: number
  /** Decides the date of what the upstreams show. */
  clock: () => Date
  /** Milliseconds that rate limits count with; never goes backward. */
  now: () => number
  /** False: upstreams do not refuse for too many requests. */
  rateLimits: boolean
  /** Port of the simulator; known once it listens. */
  port: () => number
}

/** A part of a running simulator. */
export interface StartedPart<World extends object, Truth extends object> {
  upstreams: Upstream[]
  /** What the upstreams show, to be read and changed by tests; its keys are unique among all parts. */
  world: World
  /** Its share of `GET /__world`. */
  truth: () => Truth
  /** Additional addresses for `GET`, `/__…`. */
  control?: Record<string, (query: URLSearchParams) => Reply>
  /** Releases what the part holds. */
  close?: () => Promise<void>
}

/** A world that the demo shows in several passes, each at a later time than the one before. */
export interface DemoWorld<Options extends object> {
  /** Options of the part for this world. */
  options: Options
  /** The world's time, for clients of its upstreams. */
  clock: () => Date
  /** Runs of the pipeline at the start of the demo. */
  readonly passes: number
  /** Leaves out the passes whose time an earlier demo has seen; before the first pass. */
  resume(seen: Date): void
  /** Moves the world on to what the next pass sees. */
  nextPass(): void
}

/** Files that an older collector of a world left, for one `almanac import`. */
export interface PastFiles {
  /** Contents by file name. */
  files: Record<string, string>
  /** Options of the import, by name. */
  options: Record<string, string>
}

/** `Options` are all optional; their names are unique among all parts. */
export interface SimulatorPart<Options extends object, World extends object, Truth extends object> {
  start(given: PartGiven, options: Options): StartedPart<World, Truth>
  /** Makes the world of a demo. Default: one pass, by the machine's clock. */
  demo?(): DemoWorld<Options>
  /** What an older collector saw of the demo's world in the weeks until `now`. Default: nothing. */
  past?(given: { seed: number; now: Date }): PastFiles[]
}

/** An option of `almanac simulator` that becomes the option of a part with the same name. */
export interface PartFlag {
  /** As commander reads it; a value is a whole number. */
  flags: string
  help: string
}
