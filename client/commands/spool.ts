/** `almanac spool …`: looking into the spool of this machine, and loading it by hand. */
import { SingleBar } from 'cli-progress'
import type { Config } from '../../config.ts'
import {
  damagedSegments,
  findSegment,
  folderBytes,
  segmentNames,
  waitingSegments,
  type Damaged,
  type Waiting,
} from '../../db/spool/folder.ts'
import { DamagedSegment, readHead, unpackSegment, type Segment } from '../../db/spool/segment.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { attemptDrain, type DrainAttempt } from '../../worker/drain.ts'
import { CannotReach, connectDatabase, connectTemporal } from '../connection.ts'
import { startDerivingRuns } from '../derive-runs.ts'
import { EXIT, WrongUsage } from '../exit.ts'
import { counted } from '../libraries/one-line.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { duration, moment, print, printJson, table } from '../output.ts'
import { stackName } from './run.ts'

type JsonOptions = GlobalOptions & { json?: boolean }

const MB = 1_000_000
/** So many rows of a table show what it holds. */
const FIRST_ROWS = 5

/** Prints what waits and what was put aside. */
export function list(options: JsonOptions): void {
  const config = configOf(options)
  const folder = spoolFolder(config.dataDir)
  const waiting = waitingSegments(folder)
  const damaged = damagedSegments(folder)
  const size = { bytes: folderBytes(folder), capBytes: config.env.SPOOL_MB * MB }
  if (options.json) {
    printJson({ folder, ...size, waiting: waiting.map(waitingJson), damaged })
    return
  }
  const stack = stackName(config)
  if (waiting.length + damaged.length === 0) {
    print(`${stack}the spool is empty: every row is in the database (${folder})`)
    return
  }
  if (waiting.length > 0) print(`${stack}${waitingTable(waiting)}\n`)
  const share = Math.round((size.bytes / size.capBytes) * 100)
  const total = `${counted(waiting.length, 'segment')} in ${folder}: ${megabytes(size.bytes)}, ${share} %`
  print(`${stack}${total} of the ${megabytes(size.capBytes)} of SPOOL_MB`)
  for (const { name, reason } of damaged) print(`${stack}damaged/${name}: ${reason}`)
}

const waitingJson = ({ name, bytes, since, head }: Waiting) => ({
  ...{ name, bytes, since: since.toISOString() },
  ...{ kind: head?.kind ?? null, pipeline: head?.pipeline ?? null, runId: head?.runId ?? null },
  ...{ observedAt: head?.observedAt ?? null, tables: head?.tables ?? {}, rejected: head?.rejected ?? 0 },
})

function waitingTable(waiting: Waiting[]): string {
  const now = Date.now()
  return table(
    ['segment', 'observed', 'pipeline', 'rows', 'size, kB', 'age'],
    waiting.map(({ name, bytes, since, head }) => [
      name,
      head === undefined ? '' : moment(new Date(head.observedAt)),
      head?.pipeline ?? '',
      rowsOf(head),
      (bytes / 1_000).toFixed(1),
      duration(Math.max(0, now - since.getTime())),
    ]),
  )
}

/** `candles 720, refused 2`; of an ending that it is one. */
function rowsOf(head: Waiting['head']): string {
  if (head === undefined) return 'unreadable: the drain will put it aside'
  if (head.kind === 'ending') return 'the ending of a run'
  const refused = head.rejected === 0 ? [] : [`refused ${head.rejected}`]
  const parts = [...Object.entries(head.tables).map(([name, count]) => `${name} ${count}`), ...refused]
  return parts.length === 0 ? 'answers alone' : parts.join(', ')
}

/** Loads everything that waits. Answers 1 where a segment had to be put aside. Throws where the database is away. */
export async function drain(options: GlobalOptions): Promise<number> {
  const config = configOf(options)
  const folder = spoolFolder(config.dataDir)
  if (segmentNames(folder).length === 0) {
    print(`${stackName(config)}the spool is empty: every row is in the database (${folder})`)
    return EXIT.done
  }
  const database = connectDatabase(config)
  try {
    const attempt = await withProgress((onSegment, signal) =>
      attemptDrain(database.db, folder, { what: '"almanac spool drain"', signal, onSegment }),
    )
    const code = tellDrain(config, attempt)
    if (attempt.kind === 'drained') await derive(config, attempt.pipelines)
    return code
  } finally {
    await database.close()
  }
}

function tellDrain(config: Config, attempt: DrainAttempt): number {
  const stack = stackName(config)
  if (attempt.kind === 'empty') {
    print(`${stack}the spool is empty`)
    return EXIT.done
  }
  if (attempt.kind === 'held') {
    const { what, pid, since } = attempt.holder
    print(`${stack}${what} (process ${pid}) has been loading it since ${moment(new Date(since))}`)
    return EXIT.done
  }
  const { segments, rows, runs, damaged, ended } = attempt
  const endings = runs === 0 ? '' : ` and ${counted(runs, 'ending of a run', 'endings of runs')}`
  if (segments > 0) print(`${stack}loaded ${counted(segments, 'segment')}: ${counted(rows, 'row')}${endings}`)
  for (const one of damaged) print(`${stack}${asideText(one)}`)
  const left = segmentNames(spoolFolder(config.dataDir)).length
  if (ended !== undefined) {
    print(`${stack}${counted(left, 'segment')} left`)
    throw ended
  }
  return damaged.length === 0 ? EXIT.done : EXIT.runFailed
}

/** Starts the runs that compute what follows from the loaded rows; without a Temporal server their next ones do. */
async function derive(config: Config, pipelines: string[]): Promise<void> {
  if (pipelines.length === 0) return
  const stack = stackName(config)
  try {
    const client = await connectTemporal(config)
    try {
      for (const workflowId of await startDerivingRuns(client, pipelines))
        print(`${stack}started ${workflowId}, which computes what follows from them`)
    } finally {
      await client.connection.close()
    }
  } catch (error) {
    if (!(error instanceof CannotReach)) throw error
    print(`${stack}what follows from the rows of ${pipelines.join(', ')} is computed by the next run`)
  }
}

const asideText = ({ name, reason }: Damaged) => `put aside as damaged/${name}: ${reason}`

/** A bar on a terminal; Ctrl+C ends the work after what is being written, with everything else kept. */
async function withProgress(
  work: (onSegment: (done: number, all: number) => void, signal: AbortSignal) => Promise<DrainAttempt>,
): Promise<DrainAttempt> {
  const bar = new SingleBar({ format: 'loading  {bar}  {value} of {total} segments', clearOnComplete: true })
  const stopping = new AbortController()
  const stop = () => {
    stopping.abort()
  }
  process.once('SIGINT', stop)
  if (process.stderr.isTTY) bar.start(0, 0)
  try {
    return await work((done, all) => {
      bar.setTotal(all)
      bar.update(done)
    }, stopping.signal)
  } finally {
    bar.stop()
    process.off('SIGINT', stop)
  }
}

/** Prints one segment, by its name or how it begins. Throws `WrongUsage` where there is none, or more than one. */
export async function inspect(name: string, options: JsonOptions): Promise<void> {
  const config = configOf(options)
  const found = findSegment(spoolFolder(config.dataDir), name)
  if ('names' in found) {
    const which = found.names.length === 0 ? 'no segment' : `${found.names.length} segments`
    throw new WrongUsage(`There is ${which} "${name}"; "almanac spool list" shows their names.`)
  }
  const told = await contentOf(found.bytes)
  if (options.json) {
    printJson({ name: found.name, isDamaged: found.isDamaged, ...told })
    return
  }
  print(`${stackName(config)}${found.isDamaged ? 'damaged/' : ''}${found.name}`)
  print(JSON.stringify(told, null, 2))
}

/** What can be told of a segment: of a damaged one its head, where that is whole, and what is wrong. */
async function contentOf(bytes: Buffer): Promise<Record<string, unknown>> {
  try {
    return { head: readHead(bytes), ...firstRows(await unpackSegment(bytes)) }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error
    return { ...headOr(bytes), damage: error.message }
  }
}

function headOr(bytes: Buffer): Record<string, unknown> {
  try {
    return { head: readHead(bytes) }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error
    return {}
  }
}

function firstRows(segment: Segment): Record<string, unknown> {
  if (segment.kind === 'ending') {
    const { run, ending, finishedAt } = segment
    return { run, ending, finishedAt }
  }
  const { rows, options } = segment
  const first = Object.entries(rows).map(([name, all]) => [name, all.slice(0, FIRST_ROWS)] as const)
  const answers = (options.raw ?? []).map(({ source, url, body }) => ({
    source,
    url,
    characters: body.length,
  }))
  return { rows: Object.fromEntries(first), rejected: (options.rejected ?? []).slice(0, FIRST_ROWS), answers }
}

const megabytes = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`
