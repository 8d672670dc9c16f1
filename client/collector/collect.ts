/** Chooses how to collect: with a stack of its own, beside the one that runs, or not at all beside a single collection. */
import { Failure } from '../../failures.ts'
import { EXIT } from '../exit.ts'
import { collectAlone } from './alone.ts'
import { collectBeside } from './beside.ts'
import { ONE_SHOT, otherHolder, pause, type Session } from './session.ts'

/** Between two looks at a stack that is not ours. */
const LOOK_EVERY_MS = 1_000

/** A stack that is started anew (an upgrade, a restart of its service) is back within this time; then we take its place. */
const RESTART_MS = 30_000

/** Collects as the session says, whatever else runs on this state folder; answers the exit code. */
export async function collect(session: Session): Promise<number> {
  const { config, isDaemon, log, stopped } = session
  for (;;) {
    const holder = otherHolder(config)
    if (holder === undefined) {
      const code = await aloneUnlessTaken(session)
      if (code !== 'taken') return code
    } else if (isSingleCollection(holder.what)) {
      if (!isDaemon) {
        log.line('INFO', `Collecte ignorée: une autre est en cours (processus ${holder.pid})`)
        return EXIT.done
      }
      if (!(await pause(LOOK_EVERY_MS, stopped))) return EXIT.done
    } else {
      log.line('INFO', `La collecte se joint à "${holder.what}" (processus ${holder.pid}), qui tourne déjà`)
      const code = await collectBeside(session)
      if (code !== 'gone') return code
      log.line('WARNING', `"${holder.what}" (processus ${holder.pid}) s'est arrêté`)
      if (isDaemon && !(await waitForRestart(session))) return EXIT.done
    }
  }
}

/** It ends within a minute or so, and its servers with it: nothing to join. */
function isSingleCollection(what: string): boolean {
  return what === ONE_SHOT || what === `${ONE_SHOT} --demo`
}

/** Another process may take the stack between the look at its lock and our start. */
async function aloneUnlessTaken(session: Session): Promise<number | 'taken'> {
  try {
    return await collectAlone(session)
  } catch (error) {
    const isTaken = error instanceof Failure && error.type === 'Conflict' && 'pid' in error.details
    if (isTaken) return 'taken'
    throw error
  }
}

/** Waits for a stack that comes back; false where the collector is stopped before. */
async function waitForRestart({ config, stopped }: Session): Promise<boolean> {
  const deadline = Date.now() + RESTART_MS
  while (otherHolder(config) === undefined && Date.now() < deadline) {
    if (!(await pause(LOOK_EVERY_MS, stopped))) return false
  }
  return !stopped.aborted
}
