/** Housekeeping asks no upstream: nothing of it can be read again. */
import type { Replay } from '../replay.ts'

export const replay: Replay<unknown> = {}
