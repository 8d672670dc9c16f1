/** `almanac quarantine`: rejected rows, and reading stored responses again. */
import type { Client } from '@temporalio/client'
import { connectDatabase, connectTemporal } from '../../client/connection.ts'
import {
  recompute,
  replayableSources,
  replayStored,
  type Replayed,
  type ReplayedFigures,
} from '../../client/replay.ts'
import type { Config } from '../../config/load-config.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { DAY_MS } from '../../core/durations.ts'
import { WrongUsage } from '../../core/failures.ts'
import type { DatabaseHandle } from '../../db/database.ts'
import {
  dropRejected,
  rejectedGroups,
  rejectedRow,
  type RejectedChoice,
  type RejectedGroup,
} from '../../db/queries/quarantine.ts'
import { damagedSegments } from '../../db/spool/folder.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { reason } from '../../wording/reason.ts'
import { sentence } from '../../wording/sentence.ts'
import { counted } from '../../wording/text.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { moment, print, printJson, printWrapped, table } from '../output.ts'

type Options = GlobalOptions & { json?: boolean }

async function withDatabase<T>(
  options: Options,
  work: (database: DatabaseHandle, config: Config) => Promise<T>,
): Promise<T> {
  const config = configOf(options)
  const database = connectDatabase(config)
  try {
    return await work(database, config)
  } finally {
    await database.close()
  }
}

/** Groups that a list prints by default. */
const LISTED = 20

/** Prints a page of rejected rows by source and kind of reason, what is left out, and how many dead letters there are besides. */
export const list = ({
  limit = LISTED,
  before,
  ...options
}: Options & { limit?: number; before?: number }): Promise<void> =>
  withDatabase(options, async ({ db }, config) => {
    const { groups, more } = await rejectedGroups(db, { limit, before })
    const deadLetters = damagedSegments(spoolFolder(config.dataDir)).length
    if (options.json) {
      printJson({ rejected: groups, more: more ?? null, deadLetters })
      return
    }
    if (groups.length === 0)
      print(`${stackName(config)}no row was rejected${before === undefined ? '' : ' before'}`)
    else print(groupTable(groups))
    if (more !== undefined)
      printWrapped(
        `left out: ${counted(more.groups, 'older group')} with ${counted(more.rows, 'row')}; "${almanacCommand(`quarantine list --before ${more.before}`)}" goes on`,
      )
    if (deadLetters > 0)
      printWrapped(
        `Besides, ${counted(deadLetters, 'dead letter')}: segments of the spool that could not be loaded. "${almanacCommand('spool list')}" shows them.`,
      )
  })

const groupTable = (groups: readonly RejectedGroup[]) =>
  table(
    ['source', 'rows', 'newest', 'their ids', 'kind of reason'],
    groups.map(({ source, rows, newestAt, kind, examples }) => {
      const ids = examples.map(({ id }) => id).join(', ')
      return [source, rows, moment(newestAt), rows > examples.length ? `${ids} …` : ids, kind]
    }),
    { below: ['kind of reason'] },
  )

/** Prints one rejected row. Throws `WrongUsage` if there is none with this number. */
export const show = (id: string, options: Options): Promise<void> =>
  withDatabase(options, async ({ db }, config) => {
    const found = /^\d{1,15}$/.test(id) ? await rejectedRow(db, Number(id)) : undefined
    if (found === undefined)
      throw new WrongUsage(
        sentence(reason('no-rejected-row', { id, list: almanacCommand('quarantine list') })),
      )
    if (options.json) {
      printJson(found)
      return
    }
    const { source, reason: why, observedAt, runId, pipeline, workflowId, urls, row } = found
    print(`${stackName(config)}rejected row ${id} of ${source}, ${moment(observedAt)}`)
    printWrapped(`why: ${why}`)
    print(pipeline === null ? `run: ${runId}, without a record` : `run: ${workflowId ?? ''} (${pipeline})`)
    if (urls.length === 0) print('from: a response that is not stored any more')
    for (const url of urls) print(`from: ${url}`)
    print(JSON.stringify(row, null, 2))
  })

/** Removes rejected rows and prints how many. Throws `WrongUsage` without a choice, and for two of them. */
export async function drop(
  ids: number[],
  options: Options & { source?: string; olderThan?: number },
): Promise<void> {
  const { source, olderThan } = options
  const isBySource = source !== undefined || olderThan !== undefined
  if (isBySource === ids.length > 0)
    throw new WrongUsage('Name the rows by their numbers, or by --source and --older-than.')
  const choice: RejectedChoice =
    ids.length > 0
      ? { ids }
      : {
          ...(source !== undefined && { source }),
          ...(olderThan !== undefined && { before: new Date(Date.now() - olderThan * DAY_MS) }),
        }
  await withDatabase(options, async ({ db }, config) => {
    const dropped = await dropRejected(db, choice)
    if (options.json) printJson({ dropped })
    else print(`${stackName(config)}removed ${counted(dropped, 'rejected row')}`)
  })
}

interface ReplayOptions extends Options {
  source?: string
  since?: Date
  write?: boolean
}

/** Prints what a replay changes, and with `write` writes it. Throws `WrongUsage` for a source of which nothing is stored. */
export async function replay({ source, since, write = false, ...options }: ReplayOptions): Promise<void> {
  await withDatabase(options, async (database, config) => {
    const stored = await replayableSources(database.db)
    if (source !== undefined && !stored.includes(source))
      throw new WrongUsage(sentence(reason('nothing-of-source', { source, known: stored })))
    const replayed = await replayStored(database, config, { source, since, write })
    const { started, left } = write
      ? await recompute(replayed, (start) => withTemporal(config, start))
      : { started: [], left: [] }
    if (options.json)
      printJson({
        isWritten: write,
        sources: replayed.sources.map((found) => ({
          ...found,
          why: found.why === undefined ? null : sentence(found.why),
          unread: found.unread.map((why) => sentence(why)),
        })),
        runs: write ? replayed.runs.map(({ workflowId }) => workflowId) : [],
        started,
      })
    else printReplay(config, replayed, { write, started, left })
  })
}

/** One connection to Temporal, for what is done with it. */
async function withTemporal<T>(config: Config, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTemporal(config)
  try {
    return await work(client)
  } finally {
    await client.connection.close()
  }
}

function printReplay(
  config: Config,
  { sources, runs }: Replayed,
  { write, started, left }: { write: boolean; started: string[]; left: string[] },
): void {
  const stack = stackName(config)
  const read = sources.filter(({ why }) => why === undefined)
  if (read.length === 0) print(`${stack}nothing is stored that could be read again`)
  else
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
  if (!write) {
    if (read.length > 0) print(`${stack}nothing was written; --write writes it`)
    return
  }
  for (const { workflowId } of runs) print(`${stack}recorded as ${workflowId}`)
  for (const id of started) print(`${stack}started ${id}, which recomputes from the written rows`)
  for (const id of left)
    print(
      `${stack}derived rows are still to be computed: "${almanacCommand(`run ${id} --input derive=true`)}"`,
    )
}

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
