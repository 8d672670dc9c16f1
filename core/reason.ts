/**
 * Why something is not as it should be, as a record: a code and the values that belong to it. Code compares codes; sentences
 * are made of them at the edge, in `wording/`, which has one for each code. This file imports nothing, so that every floor
 * may use it.
 */

/** Values of a reason: only what JSON keeps unchanged, since reasons travel through Temporal and the database. */
export type ReasonValue = string | number | boolean | null | Reason | readonly ReasonValue[]

export interface Reason {
  code: string
  values?: Readonly<Record<string, ReasonValue>>
}

/**
 * Values of the codes that core itself gives. Those in PascalCase are names that `pipeline_runs.error_type` has always
 * held, beside the names of `FAILURES`.
 */
export interface CoreReasons {
  /** A named failure: its name, and its sentence as it was thrown. */
  failure: { type: string; message: string }
  /** Output of another program, or a sentence that was stored before reasons were records. */
  text: { text: string }
  /** Rows in the spool because the database is unavailable. */
  spooled: { rows: number }
  /** Every source of a run failed; one reason per source. */
  RunFailed: { sources: readonly Reason[] }
  /** The reasons of one source, with its name. */
  source: { source: string; reasons: readonly Reason[] }
}

/** The reason of something that ended with a failure. */
export function failureReason({ type, message }: { type: string; message: string }): Reason {
  return { code: 'failure', values: { type, message } }
}

/** A reason that has no code: another program's own words. */
export function textReason(text: string): Reason {
  return { code: 'text', values: { text } }
}

/** Reads a reason that may have been stored as a sentence, as all were before they were records. */
export function asReason(stored: Reason | string): Reason {
  return typeof stored === 'string' ? textReason(stored) : stored
}

/** Each reason once, in the order of their first occurrence. */
export function distinctReasons(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()]
}
