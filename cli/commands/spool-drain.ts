/** `almanac spool drain`: loading the spool of this machine by hand. */
import { SingleBar } from 'cli-progress'
import { almanacCommand } from '../../core/command-name.ts'
import type { Config } from '../../config/load-config.ts'
import { duePipelines } from '../../db/spool/due.ts'
import { damagedSegments, segmentNames } from '../../db/spool/folder.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { attemptDrain, isDrained, type DrainAttempt } from '../../worker/drain.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { deadLetterText, withRows } from '../dead-letters.ts'
import { withDatabase, withTemporal } from '../../client/connection.ts'
import { startRecomputeRuns } from '../../client/derive-runs.ts'
import { EXIT } from '../exit.ts'
import { counted } from '../../wording/text.ts'
import { moment, print } from '../output.ts'
import { stackName } from '../command-context.ts'
import { terminal } from '../terminal.ts'

type DrainCommandOptions = GlobalOptions & { damaged?: boolean }

/**
 * Loads everything that waits, with `damaged` also the dead letters. Returns 1 if rows of the spool are not in the
 * database after it: segments that are dead letters or cannot be read, or left behind by a Ctrl+C. Throws if the
 * database is unavailable.
 */
export async function drain({ damaged = false, ...options }: DrainCommandOptions): Promise<number> {
  const config = configOf(options)
  const folder = spoolFolder(config.dataDir)
  if (isDrained(folder, { withDamaged: damaged })) return reportEmpty(config, folder)
  const stopping = new AbortController()
  const started: string[] = []
  return withDatabase(config, async ({ db }) => {
    const attempt = await withProgress(stopping, (onSegment) =>
      attemptDrain(db, folder, {
        what: `"${almanacCommand('spool drain')}"`,
        signal: stopping.signal,
        onSegment,
        withDamaged: damaged,
        startRecompute: async (pipelines) => {
          started.push(...(await withTemporal(config, (client) => startRecomputeRuns(client, pipelines))))
        },
      }),
    )
    if (attempt.kind === 'empty') return reportEmpty(config, folder)
    if (attempt.kind === 'held') return reportHeld(config, attempt)
    return reportDrained(config, folder, { ...attempt, started, isStopped: stopping.signal.aborted })
  })
}

function reportEmpty(config: Config, folder: string): number {
  const stack = stackName(config)
  const isWhole = damagedSegments(folder).length === 0
  print(
    isWhole
      ? `${stack}the spool is empty: no row waits for the database (${folder})`
      : `${stack}nothing waits in ${folder}`,
  )
  return reportDamaged(config, folder)
}

function reportHeld(config: Config, { holder }: DrainAttempt & { kind: 'held' }): number {
  const { what, pid, since } = holder
  const when = moment(new Date(since))
  print(`${stackName(config)}${what} (process ${pid}) has been loading it since ${when}`)
  return EXIT.done
}

type DrainReport = DrainAttempt & { kind: 'drained' } & { started: string[]; isStopped: boolean }

function reportDrained(config: Config, folder: string, attempt: DrainReport): number {
  const { segments, rows, runs, damaged, skipped, ended, notStarted, started, isStopped } = attempt
  const stack = stackName(config)
  const endings = runs === 0 ? '' : ` and ${counted(runs, 'ending of a run', 'endings of runs')}`
  if (segments > 0) print(`${stack}loaded ${counted(segments, 'segment')}: ${counted(rows, 'row')}${endings}`)
  for (const letter of damaged) print(`${stack}moved to ${deadLetterText(letter)}`)
  for (const { name, reason } of skipped) print(`${stack}not moved: ${name}: ${reason}`)
  const left = segmentNames(folder).length
  const isLeft = left > 0 && (isStopped || ended !== undefined)
  if (isLeft) print(`${stack}${counted(left, 'segment')} left`)
  for (const id of started) print(`${stack}started ${id}, which recomputes from the loaded rows`)
  reportDue(config, folder)
  const code = reportDamaged(config, folder)
  if (ended !== undefined) throw ended
  if (notStarted !== undefined && !(notStarted instanceof CannotReach)) throw notStarted
  return isLeft || skipped.length > 0 ? EXIT.runFailed : code
}

/** What could not be started now: Temporal is unavailable, or a run is open. */
function reportDue(config: Config, folder: string): void {
  const due = duePipelines(folder).join(', ')
  if (due === '') return
  print(
    `${stackName(config)}derived rows of ${due} are still to be computed: ` +
      'a running worker starts that, or this command when repeated',
  )
}

/** Reports dead letters, and returns the exit code: their rows are not in the database. */
function reportDamaged(config: Config, folder: string): number {
  const letters = damagedSegments(folder)
  if (letters.length === 0) return EXIT.done
  const them = letters.length === 1 ? 'it' : 'them'
  print(
    `${stackName(config)}${counted(letters.length, 'segment')} in damaged/${withRows(letters)}: "${almanacCommand('spool list')}" says why, ` +
      `"${almanacCommand('spool drain --damaged')}" tries ${them} again`,
  )
  return EXIT.runFailed
}

/** A bar on a terminal; Ctrl+C ends the work after what is being written, with everything else kept. */
async function withProgress(
  stopping: AbortController,
  work: (onSegment: (done: number, all: number) => void) => Promise<DrainAttempt>,
): Promise<DrainAttempt> {
  const bar = new SingleBar({ format: 'loading  {bar}  {value} of {total} segments', clearOnComplete: true })
  const stop = () => {
    stopping.abort()
  }
  const { stderr, signals } = terminal()
  signals.once('SIGINT', stop)
  if (stderr.isTTY) bar.start(0, 0)
  try {
    return await work((done, all) => {
      bar.setTotal(all)
      bar.update(done)
    })
  } finally {
    bar.stop()
    signals.removeListener('SIGINT', stop)
  }
}
