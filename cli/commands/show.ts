/** `almanac show`: one run with its steps; this is where retries are inspected. */
import { almanacCommand } from '../../core/command-name.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { connectDatabase, connectTemporal } from '../../client/connection.ts'
import { detailsOf } from '../run-details.ts'
import { coloured, duration, moment, print, printJson, sourcesTable, table } from '../output.ts'
import { childrenSentence, type ChildView } from '../../client/run-children.ts'
import { viewRun, type RunView, type StepView } from '../../client/run-view.ts'
import { stackName } from '../command-context.ts'
import { renderCounts } from '../../wording/run.ts'
import { counted } from '../../wording/text.ts'

export async function show(id: string, options: GlobalOptions & { json?: boolean }): Promise<void> {
  const config = configOf(options)
  const database = connectDatabase(config)
  const client = await connectTemporal(config)
  try {
    const view = await viewRun(client, database.db, config, id).catch(async (error: unknown) => {
      // This is needed most while the database is unavailable.
      if (databaseFailure(error)?.type !== 'DatabaseUnavailable') throw error
      print('the database is unavailable: no counts')
      return viewRun(client, undefined, config, id)
    })
    if (view === undefined)
      throw new WrongUsage(`There is no run "${id}"; "${almanacCommand('runs')}" lists them.`)
    const details = await detailsOf(database.db, view)
    if (options.json) printJson({ ...view, counts: renderCounts(view.counts), ...details?.json })
    else printView(view, stackName(config), details?.lines)
  } finally {
    await Promise.all([client.connection.close(), database.close()])
  }
}

function printView(view: RunView, stack: string, details: string[] = []): void {
  const took = (view.finishedAt ?? new Date()).getTime() - view.startedAt.getTime()
  print(`${stack}${view.workflowId}  ${coloured(view.outcome)}`)
  print(
    `started ${moment(view.startedAt)}${view.trigger ? ` (${view.trigger})` : ''}, ${view.finishedAt ? 'took' : 'for'} ${duration(took)}`,
  )
  if (view.error !== undefined) print(view.error)
  print()
  if (Object.keys(view.counts).length > 0) print(`${sourcesTable(view.counts)}\n`)
  if (view.steps.length === 0) print('Temporal no longer keeps the steps of this run.')
  else print(table(['step', 'state', 'attempts', 'took', 'what and why'], view.steps.map(stepRow), BELOW))
  printChildren(view.chains)
  if (details.length > 0) print(`\n${details.join('\n')}`)
  print(`\n${view.link}`)
}

const BELOW = { below: ['what and why'] }

/** How many child workflows there are, and what the open ones do; why the others failed is among the counts. */
function printChildren(children: readonly ChildView[]): void {
  if (children.length === 0) return
  print(`\nchild workflows: ${childrenSentence(children)}`)
  const rows = children.flatMap(({ name, steps }) => steps.map((step) => [name, ...stepRow(step)]))
  if (rows.length > 0)
    print(`\n${table(['child workflow', 'step', 'state', 'attempts', 'took', 'what and why'], rows, BELOW)}`)
}

/** A step as a row of the table. */
export function stepRow(step: StepView): (string | number)[] {
  const next = step.nextAttemptAt ? `next attempt ${moment(step.nextAttemptAt)}` : ''
  const got = step.batch ? `${counted(step.batch.fetched, 'row')} fetched, ${step.batch.written} written` : ''
  const what = [step.summary, got, failureLine(step), next].filter((line) => line !== '').join('\n')
  return [
    step.step,
    coloured(step.state),
    step.attempts,
    step.seconds === undefined ? '' : duration(step.seconds * 1000),
    what,
  ]
}

/** A step that goes on or is done failed earlier, and no longer. */
function failureLine({ state, failure = '' }: StepView): string {
  const holds = state === 'failed' || state === 'waiting'
  return holds || failure === '' ? failure : `earlier attempt: ${failure}`
}
