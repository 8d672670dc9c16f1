/** How much of its limit an upstream has left to us, as its own answers said. */

/** What an upstream said last; each part stays until a newer one replaces it. */
export interface Heard {
  /** When it last answered. */
  at: Date
  /** Undefined if it tells no budget. */
  budget?: { limit: number | undefined; remaining: number; resetsAt: Date }
  /** The last time that it got no request for a while; no `status` if a budget ran low before it refused one. */
  closed?: { at: Date; until: Date; status: number | undefined }
}

/** The same of one limit of an upstream. */
export interface UpstreamBudget extends Heard {
  /** Name of the client: that of its service in upstreams/. */
  client: string
  /** Of a client with several limits; empty for one with a single limit. */
  quota: string
}
