/** SQLSTATE codes. Separate from database-failure.ts, which every command loads, because this needs the driver. */
import pg from 'pg'

/** Returns the SQLSTATE of the server behind an error, or undefined if there is none. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause.code
  }
  return undefined
}
