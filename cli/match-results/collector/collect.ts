/** Chooses how to collect: with a stack of its own, beside the one that runs, or not at all beside a single collection. */
import { Failure } from '../../../core/failures.ts'
import { EXIT } from '../../exit.ts'
import { collectAlone } from './alone.ts'
import { collectBeside } from './beside.ts'
import { isSingleCollection, waitingStack } from '../../../local/stack-lock.ts'
import { otherHolder, pause, type Session } from './session.ts'

/** Between two looks at a stack that is not ours. */
const LOOK_EVERY_MS = 1_000

/** A stack that has got the folder lets go of its wish at once. */
const MAKE_WAY_EVERY_MS = 100

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
    } else if (isSingleCollection(holder)) {
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

/** Another process may take the stack between the look at its lock and our start; a whole one may ask for it any time. */
async function aloneUnlessTaken(session: Session): Promise<number | 'taken'> {
  if (!session.isDaemon) return unlessTaken(() => collectAlone(session))
  const wish = watchForWish(session)
  try {
    const stopped = AbortSignal.any([session.stopped, wish.signal])
    const code = wish.isThere() ? 'taken' : await unlessTaken(() => collectAlone({ ...session, stopped }))
    if (!wish.isThere()) return code
    await makeWay(session)
    return session.stopped.aborted ? EXIT.done : 'taken'
  } finally {
    wish.stop()
  }
}

async function unlessTaken(work: () => Promise<number | 'taken'>): Promise<number | 'taken'> {
  try {
    return await work()
  } catch (error) {
    const isTaken = error instanceof Failure && error.type === 'Conflict' && 'pid' in error.details
    if (isTaken) return 'taken'
    throw error
  }
}

/** A signal that goes off when a whole stack waits for this folder: it does our work as well, and we join it. */
function watchForWish({ config, log }: Session) {
  const wish = new AbortController()
  const look = () => {
    const stack = waitingStack(config.stateDir)
    if (stack === undefined || wish.signal.aborted) return
    log.line('INFO', `"${stack.what}" (processus ${stack.pid}) démarre: le collecteur lui cède la place`)
    wish.abort()
  }
  look()
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    signal: wish.signal,
    isThere: () => wish.signal.aborted,
    stop() {
      clearInterval(timer)
    },
  }
}

/** Until the stack that waited has the folder, or has given up. */
async function makeWay({ config, stopped }: Session): Promise<void> {
  while (waitingStack(config.stateDir) !== undefined) {
    if (!(await pause(MAKE_WAY_EVERY_MS, stopped))) return
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
