/** What the activities of library-context take and return, and what their files get to work with. */
import type { Tracked } from '../../config/almanac-file.ts'
import type { Run, RunInput } from '../../core/run.ts'
import type { Patience } from '../../db/patience.ts'
import type { ActivityDependencies } from '../dependencies.ts'
import type { Reason } from '../../core/reason.ts'

/** Where names of libraries come from. */
export type CatalogueSource = 'ascl' | 'lists' | 'search'

/** What a step of a night takes. */
export interface NightInput {
  run: Run
  params: NonNullable<RunInput['params']>
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

/** What the steps' own files get: the dependencies, the settings, and how this attempt waits and ends. */
export interface StepContext extends ActivityDependencies {
  settings: Tracked['library-context']
  signal: AbortSignal
  patience: Patience
}
