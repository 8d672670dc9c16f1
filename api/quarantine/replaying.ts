/** The replay that a server was asked for last: one at a time, since each holds the responses of a whole run. */
import type { LastingTemporal } from '../../client/lasting-temporal.ts'
import { withDatabase } from '../../client/connection.ts'
import { recompute, replayStored, type Recomputed, type Replayed } from '../../client/replay.ts'
import type { Config } from '../../config/load-config.ts'
import { reason } from '../../wording/reason.ts'
import type { ApiLog } from '../app.ts'
import { awayOf } from '../away.ts'
import { RequestProblem } from '../problem.ts'

export interface ReplayAsked {
  source: string | undefined
  since: string | undefined
  write: boolean
}

export interface LastReplay {
  asked: ReplayAsked
  startedAt: Date
  /** Undefined while it runs. */
  ended: { replayed: Replayed; recomputed: Recomputed } | { error: unknown } | undefined
}

interface ReplayingContext {
  config: Config
  temporal: LastingTemporal
  log: ApiLog
  /** Named if a replay fails within the server. */
  path: string
}

export interface Replaying {
  last(): LastReplay | undefined
  /** Throws `RequestProblem` while another one runs. */
  start(asked: ReplayAsked): LastReplay
  /** Ends the one that runs between two runs of the past; what it wrote stays. */
  close(): Promise<void>
}

export function createReplaying(context: ReplayingContext): Replaying {
  const closing = new AbortController()
  let last: LastReplay | undefined
  let work: Promise<void> = Promise.resolve()
  return {
    last: () => last,
    start(asked) {
      if (last !== undefined && last.ended === undefined) throw new RequestProblem(409, reason('replay-runs'))
      const replay: LastReplay = { asked, startedAt: new Date(), ended: undefined }
      last = replay
      work = replayed(context, asked, closing.signal).then((ended) => {
        replay.ended = ended
      })
      return replay
    },
    close: () => {
      closing.abort()
      return work
    },
  }
}

async function replayed(
  { config, temporal, log, path }: ReplayingContext,
  { source, since, write }: ReplayAsked,
  signal: AbortSignal,
): Promise<NonNullable<LastReplay['ended']>> {
  try {
    return await withDatabase(config, async (database) => {
      const request = { source, since: since === undefined ? undefined : new Date(since), write, signal }
      const found = await replayStored(database, config, request)
      const recomputed = write ? await recompute(found, (start) => temporal.use(start)) : NOTHING_STARTED
      return { replayed: found, recomputed }
    })
  } catch (error) {
    if (awayOf(error) === undefined && !signal.aborted) log.error({ err: error, path }, 'a replay failed')
    return { error }
  }
}

const NOTHING_STARTED: Recomputed = { started: [], left: [] }
