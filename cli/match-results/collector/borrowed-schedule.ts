/** The schedule of match-results while a collector uses it, and how it is left behind. */
import type { Client, ScheduleDescription } from '@temporalio/client'
import type { Config } from '../../../config/load-config.ts'
import type { Pipeline } from '../../../pipelines/index.ts'
import {
  createSchedule,
  describe,
  intervalOf,
  isOurNote,
  NOTE_COLLECTOR,
  NOTE_COLLECTOR_ENDED,
  refuseStranger,
  scheduleOptions,
} from '../../../client/schedules.ts'

export interface BorrowedSchedule {
  /** Its interval as it was found and as it runs now, where it has one. */
  foundMs: number | undefined
  everyMs: number | undefined
  /**
   * Lets it run again where a start of the stack, or the end of another collector, took it away. A pause in an operator's
   * own words is kept: its note is the answer.
   */
  keep(): Promise<string | undefined>
  /** Leaves it as it was found: paused where nothing ran it before. What somebody else changed since is left alone. */
  giveBack(): Promise<void>
}

/**
 * Lets the schedule run, whatever paused it: with the interval of `config`, or as it was found where that `keepsInterval`.
 * Throws `Conflict` for a stranger's.
 */
export async function borrowSchedule(
  client: Client,
  config: Config,
  pipeline: Pipeline,
  keepsInterval: boolean,
): Promise<BorrowedSchedule> {
  const handle = client.schedule.getHandle(pipeline.id)
  const found = await describe(client, pipeline.id)
  if (found !== undefined) refuseStranger(found)
  const wanted = scheduleOptions(config, pipeline, true)
  const options = { ...wanted, state: { paused: false, note: NOTE_COLLECTOR } }
  const spec = keepsInterval && found !== undefined ? found.spec : wanted.spec
  const borrow = () => handle.update(() => ({ ...options, spec }))
  if (found === undefined) await createSchedule(client, options)
  else await borrow()
  return {
    foundMs: found && intervalOf(found.spec),
    everyMs: intervalOf(spec),
    async keep() {
      const now = await describe(client, pipeline.id)
      if (now === undefined) {
        await createSchedule(client, options)
        return undefined
      }
      if (now.state.note === NOTE_COLLECTOR && !now.state.paused) return undefined
      if (!isOurNote(now.state.note)) return now.state.paused ? now.state.note : undefined
      await borrow()
      return undefined
    },
    async giveBack() {
      const now = await describe(client, pipeline.id)
      if (now?.state.note !== NOTE_COLLECTOR) return
      await handle.update((current) => ({ ...options, ...asFound(found, current) }))
    },
  }
}

/** A schedule that was found with a collector's note was left by one that was killed: nothing else runs it. */
function asFound(found: ScheduleDescription | undefined, now: ScheduleDescription) {
  if (found === undefined || found.state.note === NOTE_COLLECTOR) {
    return { spec: now.spec, state: { paused: true, note: NOTE_COLLECTOR_ENDED } }
  }
  const { paused, note } = found.state
  return { spec: found.spec, state: { paused, ...(note === undefined ? {} : { note }) } }
}
