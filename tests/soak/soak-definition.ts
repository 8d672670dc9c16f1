import type { World } from '../../simulator/world.ts'

/** What `npm run soak -- NAME` runs. */
export interface Soak {
  /**
   * Its options beside `--seed`; soaks may share one. Each takes a positive number; `short` is the one of `--short`.
   */
  options: { flags: string; description: string; default: number; short?: number }[]
  /** Returns how many promises were broken; `option` returns an option's value by its camel-case name. */
  run: (option: (name: string) => number) => Promise<number>
}

/** What a pipeline's truth is compared with. */
export interface Stored {
  world: World
  /** When the soak began; matches before it are unknown. */
  began: Date
  run: (statement: string) => Promise<Record<string, unknown>[]>
}
