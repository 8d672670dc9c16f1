/**
 * The activities and clients of library-context, the queues of this host's disk, and the program that contexts are made
 * with.
 */
import type { LibraryContextDependencies } from '../../activities/library-context/activity-context.ts'
import { createContextmaker } from '../../activities/library-context/contextmaker/contextmaker.ts'
import { createLibraryContextActivities } from '../../activities/library-context/index.ts'
import { createTreeReader } from '../../activities/library-context/tree-reader.ts'
import { Failure } from '../../core/failures.ts'
import { contextmakerVenv, ensureContextmaker } from '../../local/contextmaker-venv.ts'
import { createAscl } from '../../upstreams/ascl.ts'
import { createGit } from '../../upstreams/git/git.ts'
import { createGitHub } from '../../upstreams/github/github.ts'
import { thisHost } from './library-context-host.ts'
import type { WorkerPart } from './worker-part.ts'

/** Removing clones goes on while every slot of the host clones or reads. */
const CLEANUP_SLOTS = 4

export const libraryContextWorker: WorkerPart<'library-context', LibraryContextDependencies> = {
  createActivities: createLibraryContextActivities,

  createClients: ({ settings, env: { GITHUB_TOKEN: token }, userAgent, folders, programEnv }) => ({
    ascl: createAscl({ baseUrl: settings.ascl_url, userAgent }),
    github: createGitHub({
      baseUrl: settings.github_api_url,
      userAgent,
      ...(token !== undefined && { token }),
    }),
    git: createGit({ baseUrl: settings.github_url, environment: programEnv }),
    contextmaker: createContextmaker({
      venv: contextmakerVenv(folders.tools),
      wallMs: settings.contextmaker_seconds * 1000,
    }),
    trees: createTreeReader(),
    host: thisHost(folders.work),
  }),

  queues: ({ host }, { chains }) => [
    { taskQueue: host.queue, slots: chains, activities: ['cloneLibrary', 'makeContext'] },
    { taskQueue: host.cleanupQueue, slots: CLEANUP_SLOTS, activities: ['removeClone'] },
  ],

  /** Without contextmaker our own engine makes the contexts, and every run says so. */
  prepare: async (toolsDir, say) => {
    try {
      await ensureContextmaker(toolsDir, say)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      say(`contextmaker is not installed: ${error.message}`)
    }
  },
}
