/** `almanac quarantine`: rejected rows. */
import { withDatabase } from '../../client/connection.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { DAY_MS } from '../../core/durations.ts'
import { WrongUsage } from '../../core/failures.ts'
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

/** Groups that a list prints by default. */
const LISTED = 20

/** Prints a page of rejected rows by source and kind of reason, what is left out, and how many dead letters there are besides. */
export async function list({
  limit = LISTED,
  before,
  ...options
}: Options & { limit?: number; before?: number }): Promise<void> {
  const config = configOf(options)
  const { groups, more } = await withDatabase(config, ({ db }) => rejectedGroups(db, { limit, before }))
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
}

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
export async function show(id: string, options: Options): Promise<void> {
  const config = configOf(options)
  const found = await withDatabase(config, async ({ db }) =>
    /^\d{1,15}$/.test(id) ? rejectedRow(db, Number(id)) : undefined,
  )
  if (found === undefined)
    throw new WrongUsage(sentence(reason('no-rejected-row', { id, list: almanacCommand('quarantine list') })))
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
}

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
  const config = configOf(options)
  const dropped = await withDatabase(config, ({ db }) => dropRejected(db, choice))
  if (options.json) printJson({ dropped })
  else print(`${stackName(config)}removed ${counted(dropped, 'rejected row')}`)
}
