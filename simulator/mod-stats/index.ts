/** mod-stats in the simulator: Modrinth, CurseForge's API and its website. */
import type { SimulatorPart } from '../part.ts'
import { createCurseForgeWeb } from './curseforge-web.ts'
import { createCurseForge } from './curseforge.ts'
import type { Markup } from './dependents-markup.ts'
import { createModWorld, type ModTruth, type ModWorld } from './mod-world.ts'
import { createModrinth } from './modrinth.ts'
import { modPast } from './past.ts'

/** Mods of a world that is asked for no other number. */
const MODS = 3

export interface ModStatsOptions {
  /** Default: 3. */
  mods?: number
  /** Markup of the dependents pages. Default: `cards`. */
  markup?: Markup
  /** Response of the website past the last dependents page. Default: `404`. */
  pastTheEnd?: '404' | 'empty'
}

export const modStats: SimulatorPart<ModStatsOptions, ModWorld, { mods: ModTruth[] }> = {
  past: ({ seed, now }) => modPast({ mods: MODS, seed, now }),

  start({ seed, clock, now, rateLimits }, { mods = MODS, markup = 'cards', pastTheEnd = '404' }) {
    const world = createModWorld({ mods, seed, clock })
    return {
      world,
      truth: () => world.truth(),
      upstreams: [
        createModrinth({ world, rateLimits, now }),
        createCurseForge({ world, rateLimits, now }),
        createCurseForgeWeb({ world, markup, pastTheEnd }),
      ],
    }
  },
}
