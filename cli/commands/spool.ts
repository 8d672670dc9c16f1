/** `almanac spool list` and `inspect`: looking into the spool of this machine. */
import { almanacCommand } from '../../core/command-name.ts'
import {
  damagedSegments,
  folderBytes,
  waitingSegments,
  type DeadLetter,
  type Waiting,
} from '../../db/spool/folder.ts'
import { inspectSegment } from '../../db/spool/inspect.ts'
import type { SegmentHead } from '../../db/spool/segment.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { deadLetterText, lostRowsRemedies } from '../dead-letters.ts'
import { counted } from '../../wording/text.ts'
import { duration, moment, print, printJson, table } from '../output.ts'
import { stackName } from '../command-context.ts'

type JsonOptions = GlobalOptions & { json?: boolean }

const MB = 1_000_000

/** Prints waiting segments and dead letters. */
export function list(options: JsonOptions): void {
  const config = configOf(options)
  const folder = spoolFolder(config.dataDir)
  const waiting = waitingSegments(folder)
  const damaged = damagedSegments(folder)
  const size = { bytes: folderBytes(folder), capBytes: config.env.SPOOL_MB * MB }
  if (options.json) {
    printJson({ folder, ...size, waiting: waiting.map(waitingJson), damaged: damaged.map(damagedJson) })
    return
  }
  const stack = stackName(config)
  if (waiting.length + damaged.length === 0) {
    print(`${stack}the spool is empty: no row waits for the database (${folder})`)
    return
  }
  if (waiting.length > 0) print(`${waitingTable(waiting)}\n`)
  const percent = Math.round((size.bytes / size.capBytes) * 100)
  const share = percent === 0 ? '' : `, ${percent} %`
  const total = `${counted(waiting.length, 'segment')} in ${folder}: ${sizeText(size.bytes)}${share}`
  print(`${stack}${total} of the ${sizeText(size.capBytes)} of SPOOL_MB`)
  for (const letter of damaged) print(`${stack}${deadLetterText(letter)}`)
  if (damaged.length === 0) return
  print(`${stack}once the cause is fixed, "${almanacCommand('spool drain --damaged')}" retries them`)
  for (const remedy of lostRowsRemedies(damaged)) print(`${stack}${remedy}`)
}

const waitingJson = ({ name, bytes, since, head, trouble }: Waiting) => ({
  name,
  bytes,
  since: since.toISOString(),
  ...headJson(head),
  ...(trouble !== undefined && { trouble }),
})

const damagedJson = ({ name, reason, head }: DeadLetter) => ({ name, reason, ...headJson(head) })

const headJson = (head: SegmentHead | undefined) => ({
  kind: head?.kind ?? null,
  pipeline: head?.pipeline ?? null,
  runId: head?.runId ?? null,
  observedAt: head?.observedAt ?? null,
  tables: head?.tables ?? {},
  rejected: head?.rejected ?? 0,
})

function waitingTable(waiting: Waiting[]): string {
  const now = Date.now()
  return table(
    ['segment', 'observed', 'pipeline', 'rows', 'size, kB', 'age'],
    waiting.map(({ name, bytes, since, head, trouble }) => [
      name,
      head === undefined ? '' : moment(new Date(head.observedAt)),
      head?.pipeline ?? '',
      head === undefined ? `unreadable: ${trouble ?? 'no details'}` : rowsOf(head),
      (bytes / 1_000).toFixed(1),
      duration(Math.max(0, now - since.getTime())),
    ]),
    { below: ['rows'], spare: ['observed'] },
  )
}

/** `candles 720, refused 2`; of an ending that it is one. */
function rowsOf(head: SegmentHead): string {
  if (head.kind === 'ending') return 'the ending of a run'
  const refused = head.rejected === 0 ? [] : [`refused ${head.rejected}`]
  const parts = [...Object.entries(head.tables).map(([name, count]) => `${name} ${count}`), ...refused]
  return parts.length === 0 ? 'answers alone' : parts.join(', ')
}

/** Prints one segment, by its name or the beginning of it. Throws `WrongUsage` if there is none, or more than one. */
export async function inspect(name: string, options: JsonOptions): Promise<void> {
  const config = configOf(options)
  const found = await inspectSegment(spoolFolder(config.dataDir), name)
  if ('names' in found) {
    const which = found.names.length === 0 ? 'no segment' : `${found.names.length} segments`
    throw new WrongUsage(`There is ${which} "${name}"; "${almanacCommand('spool list')}" shows their names.`)
  }
  const { isDamaged, content } = found
  if (options.json) {
    printJson({ name: found.name, isDamaged, ...content })
    return
  }
  print(`${stackName(config)}${isDamaged ? 'damaged/' : ''}${found.name}`)
  print(JSON.stringify(content, null, 2))
}

/** `3.4 kB`, `12.0 MB`. */
const sizeText = (bytes: number) =>
  bytes < MB ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / MB).toFixed(1)} MB`
