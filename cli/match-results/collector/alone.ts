/** The collector with a stack of its own: embedded Temporal, a worker, and PostgreSQL where it can be had. */
import { sentenceOf } from '../../../core/failures.ts'
import { COLLECTOR_DAEMON, COLLECTOR_ONCE } from '../../../local/stack-lock.ts'
import { flushRuntimeLog } from '../../../worker/log.ts'
import { EXIT } from '../../exit.ts'
import { startAll, type Running } from '../../start-all.ts'
import type { DatabaseNews } from './database-watch.ts'
import { followSchedule } from './follow-schedule.ts'
import { inFrench } from './french.ts'
import type { CollectorLog } from './log-lines.ts'
import { collectOnce, endOpenRuns, exitCodeFor, openRuns, waitForOpenRuns } from './one-run.ts'
import { createRunTeller, type RunTeller } from './run-teller.ts'
import type { Session } from './session.ts'
import { openWorkerLog } from './worker-log.ts'

/**
 * Starts the stack, collects, and stops it again; answers the exit code. Throws `Conflict` where another process has the
 * stack by now.
 */
export async function collectAlone(session: Session): Promise<number> {
  const { config, log, isDaemon } = session
  const workerLog = openWorkerLog(log)
  const since = new Date()
  const running = await startAll({
    config,
    // On a server that others use as well, their schedules are theirs.
    scheduled: config.env.TEMPORAL_ADDRESS === undefined ? [] : undefined,
    openLog: () => workerLog.logger,
    say: (line) => {
      log.line('WARNING', inFrench(line))
    },
    what: `${isDaemon ? COLLECTOR_DAEMON : COLLECTOR_ONCE}${config.mode === 'demo' ? ' --demo' : ''}`,
    databaseNews: databaseNewsIn(log),
  })
  const { client } = running
  const { hasTold, forget } = workerLog
  const teller = createRunTeller({ client, config, log, isTold: hasTold, forget, since })
  try {
    return await Promise.race([
      isDaemon ? stay(session, running, teller) : once(session, running, teller),
      running.worker.ended.then(() => {
        throw new Error('the worker ended by itself')
      }),
    ])
  } finally {
    await stop(session, running)
  }
}

/** The one place where the log says that the database is away: what follows from it says no more. */
function databaseNewsIn(log: CollectorLog): DatabaseNews {
  return {
    there() {
      log.line('INFO', 'PostgreSQL est là')
    },
    away(reason) {
      const kept = "les lignes sont gardées sur disque jusqu'à son retour"
      log.line('WARNING', `PostgreSQL n'est pas là, ${kept}: ${reason}`)
    },
  }
}

async function once(session: Session, running: Running, teller: RunTeller): Promise<number> {
  const outcome = await firstCollection(session, running, teller)
  return outcome === undefined ? EXIT.runFailed : exitCodeFor(outcome)
}

async function stay(session: Session, running: Running, teller: RunTeller): Promise<number> {
  await firstCollection(session, running, teller)
  await followSchedule(session, {
    client: running.client,
    teller,
    isOurs: () => true,
    isBeside: false,
  })
  return EXIT.done
}

/** A collection that an earlier stop left open goes on first: two at once would be one too many. */
async function firstCollection(session: Session, { client }: Running, teller: RunTeller) {
  const { config, log, stopped } = session
  const isEmbedded = config.env.TEMPORAL_ADDRESS === undefined
  const open = isEmbedded ? await openRuns(client) : []
  if (open.length > 0) {
    log.line(
      'INFO',
      `Reprise de la collecte interrompue ${open.map(({ workflowId }) => workflowId).join(', ')}`,
    )
    if (!(await waitForOpenRuns(client, stopped))) return undefined
  }
  return collectOnce(session, { client, teller, flush: flushRuntimeLog }, stopped)
}

/** On a shared server another worker may have the run: it is left to it. */
async function stop({ config, log }: Session, running: Running): Promise<void> {
  if (config.env.TEMPORAL_ADDRESS === undefined) {
    try {
      await endOpenRuns(running.client)
    } catch (error) {
      // Whatever it is, the servers must be stopped; the run is ended or goes on at the next start.
      log.line('WARNING', `La collecte en cours n'a pas pu être terminée: ${sentenceOf(error)}`)
    }
  }
  await running.stop()
}
