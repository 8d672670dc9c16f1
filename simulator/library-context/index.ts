/** library-context in the simulator: ASCL's catalogue, GitHub's API and its git server. */
import type { SimulatorPart } from '../part.ts'
import { createAscl } from './ascl.ts'
import { createGitServer, type GitServer } from './git-server.ts'
import { createGitHub } from './github.ts'
import { createLibraries, type Libraries, type SimulatedLibrary } from './libraries.ts'
import { libraryPast } from './past.ts'

export interface LibraryContextOptions {
  /** Number of additional plain libraries. Default: 0. */
  libraries?: number
  /** Recorded stars by full name: the libraries are these instead of the fixed ones. */
  recordedStars?: ReadonlyMap<string, number>
  /** Body of ASCL's catalogue, as recorded, instead of one of the simulated libraries. */
  asclCatalogue?: string
}

/** A library as it is now, times as texts. */
export type LibraryTruth = Omit<SimulatedLibrary, 'createdAt' | 'pushedAt'> & {
  createdAt: string
  pushedAt: string
}

interface LibraryWorld {
  libraries: Libraries
  /** What the git server holds. */
  git: Pick<GitServer, 'headOf'>
}

export const libraryContext: SimulatorPart<
  LibraryContextOptions,
  LibraryWorld,
  { libraries: LibraryTruth[] }
> = {
  past: ({ seed, now }) => libraryPast(seed, now),

  start({ seed, clock, now, rateLimits, port }, { libraries: extra = 0, recordedStars, asclCatalogue }) {
    const recorded = recordedStars && { recorded: { stars: recordedStars } }
    const libraries = createLibraries({ seed, clock, extra, ...recorded })
    const git = createGitServer({ libraries, port })
    return {
      world: { libraries, git },
      truth: () => ({ libraries: libraries.list().map(truthOf) }),
      upstreams: [
        createAscl({ libraries, seed, ...(asclCatalogue !== undefined && { catalogue: asclCatalogue }) }),
        createGitHub({ libraries, rateLimits, now }),
        git,
      ],
      close: git.close,
    }
  },
}

function truthOf(library: SimulatedLibrary): LibraryTruth {
  return {
    ...library,
    createdAt: library.createdAt.toISOString(),
    pushedAt: library.pushedAt.toISOString(),
  }
}
