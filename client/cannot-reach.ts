/** The error of a server that does not answer. */

/** A server that a command cannot do without does not answer: exit code 3. */
export class CannotReach extends Error {
  override name = 'CannotReach'
}
