/** The collector beside a stack that runs already: it uses that one's server, worker and database. */
import type { Client } from '@temporalio/client'
import type { RunOutcome } from '../../../core/run-outcome.ts'
import { CannotReach } from '../../../client/cannot-reach.ts'
import { connectTemporal } from '../../../client/connection.ts'
import { EXIT } from '../../exit.ts'
import { followSchedule } from './follow-schedule.ts'
import { collectOnce, exitCodeFor } from './one-run.ts'
import { createRunTeller, type RunTeller } from './run-teller.ts'
import { isTemporalAway, otherHolder, pause, type Session } from './session.ts'
import { startLine } from './told-lines.ts'

/** A stack that was just started needs a few seconds until its server answers, on a busy machine more. */
const SERVER_WAIT_MS = 60_000
const ASK_EVERY_MS = 500

/** How often it is looked whether the stack is still there. */
const WATCH_EVERY_MS = 1_000

/** Collects with the running stack; answers the exit code, or 'gone' where that stack ended before we did. */
export async function collectBeside(session: Session): Promise<number | 'gone'> {
  const { config, log, isDaemon } = session
  const since = new Date()
  const client = await connectWhileItRuns(session)
  if (client === undefined) return session.stopped.aborted ? EXIT.runFailed : 'gone'
  const settings = { client, config, log, isTold: () => false, forget: () => undefined, since }
  const teller = createRunTeller(settings)
  try {
    return await (isDaemon ? stay(session, client, teller) : once(session, client, teller))
  } finally {
    await client.connection.close()
  }
}

/** Undefined where the stack went away, or the collector was stopped, before its server answered. */
async function connectWhileItRuns({ config, stopped }: Session): Promise<Client | undefined> {
  const deadline = Date.now() + SERVER_WAIT_MS
  for (;;) {
    try {
      return await connectTemporal(config)
    } catch (error) {
      if (!(error instanceof CannotReach) || Date.now() > deadline) throw error
      if (otherHolder(config) === undefined || !(await pause(ASK_EVERY_MS, stopped))) return undefined
    }
  }
}

async function once(session: Session, client: Client, teller: RunTeller): Promise<number | 'gone'> {
  const outcome = await firstCollection(session, client, teller)
  if (outcome === 'gone') return 'gone'
  if (outcome !== undefined) return exitCodeFor(outcome)
  session.log.line('INFO', 'La collecte en cours continue dans la pile qui tourne')
  return EXIT.runFailed
}

async function stay(session: Session, client: Client, teller: RunTeller): Promise<number | 'gone'> {
  const outcome = await firstCollection(session, client, teller)
  if (outcome === 'gone') return 'gone'
  const isOurs = () => otherHolder(session.config) !== undefined
  const end = await followSchedule(session, { client, teller, isOurs, isBeside: true })
  return end === 'gone' ? 'gone' : EXIT.done
}

/** Undefined where the collector was stopped, 'gone' where the stack was: its run goes on when it is back. */
async function firstCollection(
  session: Session,
  client: Client,
  teller: RunTeller,
): Promise<RunOutcome | 'gone' | undefined> {
  const { config, log, stopped } = session
  log.lines([startLine(false)])
  const gone = new AbortController()
  const watch = setInterval(() => {
    if (otherHolder(config) === undefined) gone.abort()
  }, WATCH_EVERY_MS)
  try {
    const signal = AbortSignal.any([stopped, gone.signal])
    const outcome = await collectOnce(session, { client, teller }, signal)
    return outcome ?? (stopped.aborted ? undefined : 'gone')
  } catch (error) {
    if (isTemporalAway(error) && otherHolder(config) === undefined) return 'gone'
    throw error
  } finally {
    clearInterval(watch)
  }
}
