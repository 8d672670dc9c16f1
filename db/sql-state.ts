/** SQLSTATE codes. A file of its own: the named failures of the database are read without its driver. */
import pg from 'pg'

/** The SQLSTATE of the server behind an error, or undefined where it said nothing. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause.code
  }
  return undefined
}
