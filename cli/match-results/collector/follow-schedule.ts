/** What a collector does between its first collection and its end: keep the schedule running, and tell of its runs. */
import type { Client } from '@temporalio/client'
import { MINUTE_MS } from '../../../core/durations.ts'
import { borrowSchedule, type BorrowedSchedule } from './borrowed-schedule.ts'
import { counted, everyMinutes } from './french.ts'
import type { CollectorLog } from './log-lines.ts'
import type { RunTeller } from './run-teller.ts'
import { bounded, isTemporalAway, pause, type Session } from './session.ts'

/** A run that ended is told within this time; to look costs the server two small questions. */
const LOOK_EVERY_MS = 2_000

/** Which question was not answered helps nobody. */
const AWAY = 'Temporal ne répond pas'

export interface Following {
  client: Client
  teller: RunTeller
  /** Whether the server is still the one to ask; asked before each look. */
  isOurs: () => boolean
  /** Whether somebody else's stack has the schedule: then its interval is kept, unless another one was asked for. */
  isBeside: boolean
}

/**
 * Lets the schedule run and tells of its runs until the collector is stopped ('stopped') or its server is not the one to
 * ask any more ('gone'). The schedule is left as it was found.
 */
export async function followSchedule(
  session: Session,
  { client, teller, isOurs, isBeside }: Following,
): Promise<'stopped' | 'gone'> {
  const { config, pipeline, log, stopped, hasInterval } = session
  const keepsInterval = isBeside && !hasInterval
  const schedule = await bounded(client, () => borrowSchedule(client, config, pipeline, keepsInterval))
  if (isBeside) tellInterval(log, schedule, keepsInterval)
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

/** What becomes of a stack's interval is told: whoever started it has chosen it. */
function tellInterval(log: CollectorLog, { foundMs, everyMs }: BorrowedSchedule, isKept: boolean): void {
  if (foundMs === undefined || everyMs === undefined) return
  const minutes = (ms: number) => Number((ms / MINUTE_MS).toFixed(1))
  const [found, every] = [minutes(foundMs), minutes(everyMs)]
  if (found !== every)
    log.line('INFO', `Intervalle de la pile: ${found} -> ${counted(every, 'minute', 'minutes')}`)
  else if (isKept) log.line('INFO', `Intervalle de la pile: ${everyMinutes(every)}`)
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
    return AWAY
  }
}

async function giveBack({ log }: Session, client: Client, schedule: BorrowedSchedule): Promise<void> {
  try {
    await bounded(client, () => schedule.giveBack())
  } catch (error) {
    if (!isTemporalAway(error)) throw error
    log.line('WARNING', `La planification est restée active: ${AWAY}`)
  }
}
