/** The errors of a server that does not respond. */

/** A server that is needed does not respond: exit code 3, status 503. */
export class CannotReach extends Error {
  override name = 'CannotReach'
}

/** `Service unavailable`, `deadline exceeded` of gRPC. */
const GRPC_UNAVAILABLE = new Set([4, 14])

/** Whether Temporal's server went away during a call. */
export function isGrpcAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'number' && GRPC_UNAVAILABLE.has(cause.code)) return true
  }
  return false
}
