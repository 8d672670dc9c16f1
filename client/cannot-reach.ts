/** The errors of a server that does not respond, or refuses whatever it is asked. */

/** A server that is needed does not respond, or lets nobody in: exit code 3, status 503. */
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

/** `Permission denied`, `resource exhausted` (a limit of calls), `unauthenticated` of gRPC. */
const GRPC_REFUSED = new Set<unknown>([7, 8, 16])
/** What Temporal adds to an error about a namespace that it does not have. */
const NO_NAMESPACE = 'NamespaceNotFoundFailure'

/** What Temporal's server said if it refuses every such call: for its key, its namespace, a limit. */
export function grpcRefusal(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { name, message, code, details, metadata } = cause as Partial<GrpcError> & Error
    const [status] = metadata?.get('grpc-status-details-bin') ?? []
    const isRefusal =
      GRPC_REFUSED.has(code) || name === 'NamespaceNotFoundError' || status?.includes(NO_NAMESPACE) === true
    if (isRefusal) return details ?? message
  }
  return undefined
}

interface GrpcError {
  code: unknown
  details: string
  metadata: { get(key: string): (string | Buffer)[] }
}
