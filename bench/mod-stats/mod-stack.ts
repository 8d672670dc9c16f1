/** A stack that collects mod-stats. */
import { createMods } from '../../simulator/mod-stats/mods.ts'
import { startBenchStack, type BenchStack } from '../bench-stack.ts'

const WORLD_SEED = 1

/** Starts it with a world of `count` mods, all of them tracked. */
export function startModStack(count: number): Promise<BenchStack> {
  const world = createMods(WORLD_SEED, count)
  const mods = Array.from({ length: count }, (_, index) => {
    const { slug, curseforgeId } = world.mod(index)
    return { modrinth: slug, curseforge: curseforgeId }
  })
  return startBenchStack({
    simulator: { mods: count, seed: WORLD_SEED },
    tracked: () => ({ 'mod-stats': { mods, modpacks: { page_delay_seconds: 0 } } }),
  })
}
