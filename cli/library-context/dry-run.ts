/** `almanac run library-context --dry-run`: in this process, and reported instead of done. */
import { dependenciesOf } from '../../worker/dependencies.ts'
import { connectDatabase } from '../../client/connection.ts'
import { EXIT } from '../exit.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print, printJson, table } from '../output.ts'
import { terminal } from '../terminal.ts'
import { stopSignal } from '../stop-request.ts'
import { domainsNamed } from '../../client/library-context/domains.ts'
import type { DryList } from './dry-lists.ts'
import { dryPlan, type DryParams, type DryPlan, type Skipped } from './dry-plan.ts'
import { counted, oneLine, someOf } from '../../core/wording.ts'

interface DryOptions extends GlobalOptions {
  json?: boolean
  strict?: boolean
}

/**
 * Prints what a run with these parameters would do and returns the exit code. Throws if the database is unavailable.
 */
export async function tellDryRun(params: DryParams, options: DryOptions): Promise<number> {
  const config = configOf(options)
  const stack = config.mode === 'demo' ? 'DEMO ' : ''
  const domains = domainsNamed(config, params.domain)
  const database = connectDatabase(config)
  try {
    const plan = await dryPlan(
      {
        ...dependenciesOf(config)['library-context'],
        db: database.db,
        settings: config.tracked['library-context'],
        signal: stopSignal(),
        clock: () => new Date(),
      },
      domains,
      params,
      (line) => terminal().stderr.write(`${stack}${line} …\n`),
    )
    if (options.json) printJson(plan)
    else print(`${stack}${planLines(plan, options.verbose ?? false).join('\n')}`)
    return plan.notes.length > 0 && options.strict === true ? EXIT.runFailed : EXIT.done
  } finally {
    await database.close()
  }
}

/** The plan for people; with `isVerbose` every library that is skipped is named. */
export function planLines({ lists, todo, skipped, notes }: DryPlan, isVerbose: boolean): string[] {
  return [
    'dry run: nothing was started, cloned or written',
    '',
    ...(lists.length === 0 ? [] : [...listTable(lists), ...lists.flatMap(changeLines), '']),
    ...notes.map((note) => oneLine(note, MAX_NOTE_CHARACTERS)),
    ...(notes.length === 0 ? [] : ['']),
    ...(todo.length === 0
      ? ['no context would be made']
      : [
          `${counted(todo.length, 'context')} would be made`,
          ...table(
            ['library', 'why'],
            todo.map(({ library, why }) => [library, why]),
          ).split('\n'),
        ]),
    ...skippedLines(skipped, isVerbose),
  ]
}

/** A note may hold an upstream's own words. */
const MAX_NOTE_CHARACTERS = 300
/** Libraries named of those that enter or leave a list. */
const MAX_NAMED = 8

function listTable(lists: readonly DryList[]): string[] {
  const rows = lists.map(({ domain, candidates, size, entered, left, moved, dateBefore, stays }) => [
    domain,
    candidates,
    size,
    entered.length,
    left.length,
    moved.length,
    dateBefore === null ? 'no list yet' : stays ? `the list of ${dateBefore} stays` : dateBefore,
  ])
  const head = ['domain', 'candidates', 'in the list', 'new', 'left', 'moved', 'compared with']
  return table(head, rows).split('\n')
}

function changeLines({ domain, entered, left, size }: DryList): string[] {
  const changes = [
    // Of a first list everybody is new.
    ...(entered.length === 0 || entered.length === size ? [] : [`new: ${someOf(entered, MAX_NAMED)}`]),
    ...(left.length === 0 ? [] : [`left: ${someOf(left, MAX_NAMED)}`]),
  ]
  return changes.length === 0 ? [] : [`${domain}: ${changes.join('; ')}`]
}

function skippedLines(skipped: readonly Skipped[], isVerbose: boolean): string[] {
  if (skipped.length === 0) return []
  const kinds = new Map<Skipped['kind'], number>()
  for (const { kind } of skipped) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const line = `skipped: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}`
  if (!isVerbose) {
    const [trouble] = skipped.filter(({ kind }) => kind === 'could not be asked')
    const first = trouble === undefined ? [] : [`  ${oneLine(`${trouble.library}: ${trouble.reason}`)}`]
    return ['', line, ...first, '--verbose names each']
  }
  const rows = skipped.map(({ library, reason }) => [library, oneLine(reason)])
  return ['', line, ...table(['library', 'why not'], rows).split('\n')]
}
