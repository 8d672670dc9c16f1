/** What a look at the stack saw: all that is judged. Times are milliseconds since 1970, so that it is plain JSON. */
import type { Reason } from '../core/reason.ts'
import type { News } from './watch-part.ts'

/** What a server said; or why it did not answer. */
export type Answer<T> = { said: T } | { away: Reason }

export interface Seen {
  database: Answer<DatabaseSeen>
  temporal: Answer<TemporalSeen>
  files: FilesSeen
}

export interface DatabaseSeen {
  migrations: { applied: number; known: number }
  /** Of each pipeline that is on. */
  pipelines: readonly PipelineSeen[]
  blocked: readonly BlockedUpstream[]
  vanished: readonly VanishedFields[]
  /** Summaries that some channel asks for, newer than those that were told. */
  news: readonly (News & { pipeline: string })[]
}

export interface PipelineSeen {
  pipeline: string
  /** Start of the newest run, however it ended; null if there is none. */
  startedAt: number | null
  /** Start of the run that is open. */
  openSince: number | null
  /** The newest runs that have ended, newest first; those that only found another one going on are left out. */
  ended: readonly EndedRun[]
  /** Since when every run only found another one going on; null if the newest did not. */
  skippedSince: number | null
  newest: readonly NewestData[]
  /** What the newest checks of its rows found; null if there were none yet. */
  sound: { runId: string; broken: readonly Reason[] } | null
}

export interface EndedRun {
  runId: string
  startedAt: number
  finishedAt: number
  outcome: string
  /** What ended it, if something did. */
  error: Reason | null
  sources: Readonly<Record<string, { outcome: string; why: readonly Reason[] }>>
}

/** How old the newest data of a source is, and may be. */
export interface NewestData {
  source: string
  /** Null if it has none yet. */
  at: number | null
  allowedMs: number
}

/** A client that asked for a long pause. */
export interface BlockedUpstream {
  client: string
  /** Who asks it. */
  pipeline: string
  /** Sources that have nobody else to ask: none while another client or limit of the upstream is open. */
  sources: readonly string[]
  status: number | null
  at: number
  until: number
}

/** Fields that we read, and that answers of a client no longer have. */
export interface VanishedFields {
  client: string
  /** Who asks it. */
  pipeline: string
  /** As `object.field`, in order; one at least. */
  fields: readonly string[]
}

export interface TemporalSeen {
  /** For how long no worker has asked for work; null if the server knows none. */
  workerSilentMs: number | null
  /** Of each pipeline that is on. */
  schedules: readonly {
    pipeline: string
    /** `left-out`: the last start was told to leave the pipeline out, which is nobody's fault. */
    state: 'active' | 'paused' | 'missing' | 'left-out'
    why: Reason
    /** From one run to the next; null if it has other times than ours. */
    everyMs: number | null
  }[]
}

export interface BackupsSeen {
  /** When the newest one that was restored was made; null if there is none. */
  madeAt: number | null
  /** The newest try, if it gave none. */
  failed: { at: number; why: Reason } | null
  /** Names of kept ones that are not as they were written. */
  damaged: readonly string[]
}

export interface FilesSeen {
  spool: { waiting: number; oldestAt: number | null; deadLetters: number }
  disks: readonly { folder: string; freeBytes: number; room: 'enough' | 'little' | 'too little' }[]
  backups: BackupsSeen
}
