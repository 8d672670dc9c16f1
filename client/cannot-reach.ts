/** The error of a server that does not respond. */

/** A server that a command needs does not respond: exit code 3. */
export class CannotReach extends Error {
  override name = 'CannotReach'
}
