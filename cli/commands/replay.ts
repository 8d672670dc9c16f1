/** `almanac quarantine replay`: reading stored responses again. */
import { withDatabase, withTemporal } from '../../client/connection.ts'
import {
  recompute,
  replayableSources,
  replayStored,
  type Recomputed,
  type Replayed,
} from '../../client/replay.ts'
import type { ReplayedFigures } from '../../client/source-replay.ts'
import type { Config } from '../../config/load-config.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { WrongUsage } from '../../core/failures.ts'
import { reason } from '../../wording/reason.ts'
import { sentence } from '../../wording/sentence.ts'
import { counted } from '../../wording/text.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT, exitCodeOfSignal } from '../exit.ts'
import { paint, print, printJson, printWrapped, table } from '../output.ts'
import { stopRequested } from '../stop-request.ts'
import { terminal } from '../terminal.ts'

interface ReplayOptions extends GlobalOptions {
  json?: boolean
  source?: string
  since?: Date
  write?: boolean
}

/**
 * Prints what a replay changes, and with `write` writes it; returns the exit code. Ctrl+C and SIGTERM end it between two runs
 * of the past: what it wrote until then is printed, and recomputed from. Throws `WrongUsage` for a source of which nothing is
 * stored.
 */
export async function replay({ source, since, write = false, ...options }: ReplayOptions): Promise<number> {
  const stopping = new AbortController()
  let endedBy: NodeJS.Signals | undefined
  void stopRequested().then((name) => {
    endedBy = name
    terminal().stderr.write('ending after what is being read; once more ends it at once\n')
    stopping.abort()
  })
  const config = configOf(options)
  return withDatabase(config, async (database) => {
    const stored = await replayableSources(database.db)
    if (source !== undefined && !stored.includes(source))
      throw new WrongUsage(sentence(reason('nothing-of-source', { source, known: stored })))
    const replayed = await replayStored(database, config, { source, since, write, signal: stopping.signal })
    const recomputed = write
      ? await recompute(replayed, (start) => withTemporal(config, start))
      : { started: [], left: [] }
    if (options.json) printJson(replayJson(replayed, recomputed, write))
    else printReplay(config, replayed, { ...recomputed, write })
    if (replayed.isCut) return exitCodeOfSignal(endedBy ?? 'SIGINT')
    return replayed.nothing === undefined ? EXIT.done : EXIT.runFailed
  })
}

function replayJson(
  { sources, runs, isCut, nothing }: Replayed,
  { started, left }: Recomputed,
  write: boolean,
): object {
  return {
    isWritten: write,
    isCut,
    nothing: nothing === undefined ? null : { code: nothing.code, sentence: sentence(nothing) },
    sources: sources.map((found) => ({
      ...found,
      why: found.why === undefined ? null : sentence(found.why),
      unread: found.unread.map((why) => sentence(why)),
    })),
    runs: write ? runs.map(({ workflowId }) => workflowId) : [],
    started,
    left: left.map(deriving),
  }
}

const deriving = (id: string) => almanacCommand(`run ${id} --input derive=true`)

function printReplay(
  config: Config,
  { sources, runs, isCut, nothing }: Replayed,
  { write, started, left }: Recomputed & { write: boolean },
): void {
  const stack = stackName(config)
  const read = sources.filter(({ why }) => why === undefined)
  if (read.length > 0)
    print(
      table(['source', 'responses', 'table', 'rows', 'added', 'changed', 'rejected'], read.flatMap(linesOf)),
    )
  for (const { source, unread } of read)
    if (unread[0] !== undefined)
      printWrapped(
        `${source}: ${counted(unread.length, 'response')} could not be read: ${sentence(unread[0])}`,
      )
  for (const { source, why } of sources)
    if (why !== undefined) printWrapped(`${source} is not read again: ${sentence(why)}`)
  const mended = read.reduce((sum, found) => sum + found.mended, 0)
  if (mended > 0)
    print(
      `${stack}${counted(mended, 'rejected row')} ${write ? 'was read and left' : 'would be read and leave'} the quarantine`,
    )
  if (nothing !== undefined) printWrapped(`${stack}${paint.red(sentence(nothing))}`)
  if (isCut) printWrapped(`${stack}${cutShort(write)}`)
  else if (!write && read.length > 0) print(`${stack}nothing was written; --write writes it`)
  if (!write) return
  for (const { workflowId } of runs) print(`${stack}recorded as ${workflowId}`)
  for (const id of started) print(`${stack}started ${id}, which recomputes from the written rows`)
  for (const id of left) print(`${stack}derived rows are still to be computed: "${deriving(id)}"`)
}

const cutShort = (write: boolean) =>
  write
    ? 'ended before everything was read: what is listed is written; the same command again reads the rest, changes nothing twice, and recomputes'
    : 'ended before everything was read; nothing was written'

/** A line for each table of a source; one without any if nothing could be read. */
function linesOf({ source, responses, tables, stillRejected }: ReplayedFigures): (string | number)[][] {
  if (tables.length === 0) return [[source, responses, '', 0, 0, 0, stillRejected]]
  return tables.map(({ table: name, rows, added, changed }, at) => [
    at === 0 ? source : '',
    at === 0 ? responses : '',
    name,
    rows,
    added,
    changed,
    at === 0 ? stillRejected : '',
  ])
}
