/** Results, clients and context of the activities of library-context. */
import type { Ascl } from '../../upstreams/ascl.ts'
import type { Git } from '../../upstreams/git/git.ts'
import type { GitHub } from '../../upstreams/github/github.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'
import type { Contextmaker } from './contextmaker/contextmaker.ts'
import type { TreeReader } from './tree-reader.ts'
import type { Reason } from '../../core/reason.ts'

/** Settings of the child workflows. Times in milliseconds. */
export interface ChildSettings {
  atOnce: number
  cloneMs: number
  readMs: number
}

/** How a child workflow ended. `reason` also if a context was made, but not by the preferred engine. */
export interface ChildEnding {
  outcome: 'made' | 'title-only' | 'failed'
  reason?: Reason
  /** What is missing on the host: the same for every library. */
  notice?: Reason
  /** Bytes of the clone. */
  bytes: number
  /** Rows of it in the spool because the database is unavailable. */
  spooled?: number
}

/** This host, for activities that work on its disk. */
export interface Host {
  /** Task queues that only workers of this host poll: for clones and reading, and for clean-up with slots of its own. */
  queue: string
  cleanupQueue: string
  /** Folder of the clones. */
  workDir: string
}

/** The clients of the activities of library-context. */
export interface LibraryContextClients {
  ascl: Ascl
  github: GitHub
  git: Git
  contextmaker: Contextmaker
  trees: TreeReader
  host: Host
}

export type LibraryContextDependencies = DependenciesFor<'library-context', LibraryContextClients>

/** Context of the activities' files: the dependencies, and the attempt's cancellation and retry budget. */
export type ActivityContext = LibraryContextDependencies & Attempt
