/** What a collector does between its first collection and its end: keep the schedule running, and tell of its runs. */
import type { Client } from '@temporalio/client'
import { borrowSchedule, type BorrowedSchedule } from './borrowed-schedule.ts'
import { sentenceOf } from './log-lines.ts'
import type { RunTeller } from './run-teller.ts'
import { bounded, isTemporalAway, pause, type Session } from './session.ts'

/** A run that ended is told within this time; to look costs the server two small questions. */
const LOOK_EVERY_MS = 2_000

export interface Following {
  client: Client
  teller: RunTeller
  /** Whether the server is still the one to ask; asked before each look. */
  isOurs: () => boolean
}

/**
 * Lets the schedule run and tells of its runs until the collector is stopped ('stopped') or its server is not the one to
 * ask any more ('gone'). The schedule is left as it was found.
 */
export async function followSchedule(
  session: Session,
  { client, teller, isOurs }: Following,
): Promise<'stopped' | 'gone'> {
  const { config, pipeline, log, stopped } = session
  const schedule = await bounded(client, () => borrowSchedule(client, config, pipeline))
  try {
    let trouble: string | undefined
    while (await pause(LOOK_EVERY_MS, stopped)) {
      if (!isOurs()) return 'gone'
      const found = await look(client, schedule, teller)
      if (found !== undefined && found !== trouble) log.line('WARNING', found)
      trouble = found
    }
    return 'stopped'
  } finally {
    await giveBack(session, client, schedule)
  }
}

/** One look; the trouble that it found, in a sentence. */
async function look(
  client: Client,
  schedule: BorrowedSchedule,
  teller: RunTeller,
): Promise<string | undefined> {
  try {
    const operator = await bounded(client, () => schedule.keep())
    await bounded(client, () => teller.look())
    return operator === undefined ? undefined : `La planification est en pause: "${operator}"`
  } catch (error) {
    if (!isTemporalAway(error)) throw error
    return `Temporal ne répond pas: ${sentenceOf(error)}`
  }
}

async function giveBack({ log }: Session, client: Client, schedule: BorrowedSchedule): Promise<void> {
  try {
    await bounded(client, () => schedule.giveBack())
  } catch (error) {
    if (!isTemporalAway(error)) throw error
    log.line('WARNING', `La planification est restée active, Temporal ne répond pas: ${sentenceOf(error)}`)
  }
}
