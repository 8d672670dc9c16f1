/** Silences an alert, a pipeline or everything; and ends that. */
import { PIPELINES } from '../pipelines/index.ts'
import { wrongUsage } from '../wording/wrong-usage.ts'
import { ALL, standingSilences, type Silence } from './silences.ts'
import { putAsideDamaged, readSilences, readState, writeSilences } from './state.ts'

/** Sets a silence in place of an older one of the same. Throws `WrongUsage` for what is no alert, pipeline or `all`. */
export function setSilence(stateDir: string, made: Silence): void {
  const { alerts } = readState(stateDir, made.since)
  const known = [ALL, ...PIPELINES.map(({ id }) => id), ...Object.keys(alerts)]
  if (!known.includes(made.of)) throw wrongUsage('no-such-alert', { of: made.of, known: known.join(', ') })
  putAsideDamaged(stateDir, made.since)
  writeSilences(stateDir, [...othersThan(stateDir, made.of, made.since), made])
}

/** Ends a silence; without one nothing changes. */
export function endSilence(stateDir: string, of: string, now: number): void {
  putAsideDamaged(stateDir, now)
  writeSilences(stateDir, othersThan(stateDir, of, now))
}

/** Those that still mean something, but for the one of this. */
const othersThan = (stateDir: string, of: string, now: number): Silence[] =>
  standingSilences(readSilences(stateDir), readState(stateDir, now).alerts, now).filter(
    (one) => one.of !== of,
  )
