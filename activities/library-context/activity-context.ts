/** What the activities of library-context take and return, and what their files get to work with. */
import type { Run, RunParams } from '../../core/run.ts'
import type { Ascl } from '../../upstreams/ascl.ts'
import type { Git } from '../../upstreams/git/git.ts'
import type { GitHub } from '../../upstreams/github/github.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'
import type { Contextmaker } from './contextmaker/contextmaker.ts'
import type { Reason } from '../../core/reason.ts'

/** Where names of libraries come from. */
export type CatalogueSource = 'ascl' | 'lists' | 'search'

/** Parameters of a run of library-context; `pipelines/library-context.ts` holds their meaning. */
export interface LibraryParams extends RunParams {
  domain?: string | undefined
  library?: string | undefined
  force?: boolean | undefined
}

/** What a step of a night takes. */
export interface NightInput {
  run: Run
  params: LibraryParams
}

/** A library whose context is to be made. */
export interface LibraryTodo {
  /** `owner/name` in small letters. */
  library: string
  /** As GitHub shows it. */
  name: string
  why: 'new' | 'changed' | 'failed before' | 'forced'
  /** Failures in a row so far, of the kind that another night does not mend. */
  failures: number
}

/** How chains run, by the settings. Times in milliseconds. */
export interface ChainSettings {
  atOnce: number
  cloneMs: number
  readMs: number
}

/** How a chain ended. `reason` also where a context was made, but not by the engine that should have. */
export interface ChainEnding {
  outcome: 'made' | 'title-only' | 'failed'
  reason?: Reason
  /** What is missing on the host: the same for every library. */
  notice?: Reason
  /** Bytes of the clone. */
  bytes: number
  /** Rows of it that lie in the spool because the database is away. */
  spooled?: number
}

/** What a step of a chain takes. */
export interface ChainStep {
  run: Run
  todo: LibraryTodo
}

/** This host, for activities that work on its disk. */
export interface Host {
  /** Task queues that only workers of this host poll: for clones and reading, and for clean-up with slots of its own. */
  queue: string
  cleanupQueue: string
  /** Folder of the clones. */
  workDir: string
}

/** The clients that the activities of library-context get. */
export interface LibraryContextClients {
  ascl: Ascl
  github: GitHub
  git: Git
  contextmaker: Contextmaker
  host: Host
}

export type LibraryContextDependencies = DependenciesFor<'library-context', LibraryContextClients>

/** What the files of the activities get: the dependencies, and how this attempt waits and ends. */
export type ActivityContext = LibraryContextDependencies & Attempt
