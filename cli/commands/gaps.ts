/** `almanac gaps`: what should have been collected and is missing, and how it is collected. */
import { dayOf, GAP_DAYS, gapsOf, lastDays } from '../../api/gaps/gaps.ts'
import type { Gaps } from '../../api/gaps/gaps-schema.ts'
import { withDatabase } from '../../client/connection.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { counted } from '../../wording/text.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { print, printJson, printWrapped, table } from '../output.ts'

type PipelineGaps = Gaps['pipelines'][number]
type Calendar = PipelineGaps['calendars'][number]
type Line = Calendar['lines'][number]

/** Gaps printed of one line; a person reads no more, and the command below them collects all. */
const SHOWN_GAPS = 5

/** Prints what is expected and present of one pipeline, or of all. */
export async function gaps(
  id: string | undefined,
  { days = GAP_DAYS, ...options }: GlobalOptions & { days?: number; json?: boolean },
): Promise<void> {
  const chosen = id === undefined ? PIPELINES : [knownPipeline(id)]
  const config = configOf(options)
  const now = new Date()
  const asked = { days: lastDays(days, dayOf(now.getTime())), now, language: 'en' as const }
  await withDatabase(config, async ({ db }) => {
    const pipelines: PipelineGaps[] = []
    for (const pipeline of chosen) pipelines.push(await gapsOf({ db, config }, pipeline, asked))
    if (options.json) printJson({ ...asked.days, pipelines })
    else {
      print(`${stackName(config)}${asked.days.from} to ${asked.days.to}, UTC`)
      for (const found of pipelines) printGaps(found)
    }
  })
}

const sum = (line: Line, of: 'expected' | 'present' | 'excused') =>
  line.days.reduce((total, day) => total + day[of], 0)

function printGaps(found: PipelineGaps): void {
  const { pipeline, enabled, calendars } = found
  print(`\n${pipeline}${enabled ? '' : ', off in almanac.yaml: nothing new is expected'}`)
  const lines = calendars.flatMap((calendar) => calendar.lines.map((line) => ({ calendar, line })))
  if (lines.length === 0) {
    print('nothing is listed in almanac.yaml to be expected')
    return
  }
  print(
    table(
      ['rows', 'of', 'every', 'expected', 'present', 'missing', 'not at source'],
      lines.map(({ calendar, line }) => {
        const [expected, present] = [sum(line, 'expected'), sum(line, 'present')]
        return [
          calendar.data_set,
          line.line,
          calendar.per_interval === 1 ? calendar.every : `${calendar.per_interval} per ${calendar.every}`,
          expected,
          present,
          expected - present,
          sum(line, 'excused'),
        ]
      }),
    ),
  )
  for (const { calendar, line } of lines) printMissing(calendar, line)
  printRemedies(found)
}

function printMissing(
  { data_set, every }: Calendar,
  { line, since, missing, missing_intervals }: Line,
): void {
  const name = line === '' ? data_set : `${data_set} ${line}`
  if (since === null) print(`${name}: nothing was collected yet`)
  if (missing.length === 0) return
  print(`missing of ${name}, or there in part:`)
  for (const { from, to, intervals } of missing.slice(0, SHOWN_GAPS))
    print(`  ${timeOf(from, every)} to ${timeOf(lastOf(to), every)}, ${counted(intervals, every)}`)
  const shown = missing.slice(0, SHOWN_GAPS).reduce((total, { intervals }) => total + intervals, 0)
  if (missing_intervals > shown) print(`  and ${counted(missing_intervals - shown, every)} before`)
}

/** The last minute of a stretch, by its end. */
const lastOf = (to: string) => new Date(Date.parse(to) - 1).toISOString()

/** A day, or a minute of the clock. */
const timeOf = (time: string, every: Calendar['every']) =>
  every === 'day' ? time.slice(0, 10) : time.slice(0, 16).replace('T', ' ')

/** What collects the rest, or why nothing can. */
function printRemedies({ pipeline, backfill, no_backfill, calendars }: PipelineGaps): void {
  const missing = (by: Calendar['collected_by']) =>
    calendars
      .filter(({ collected_by }) => collected_by === by)
      .flatMap(({ lines }) => lines.flatMap(({ days }) => days))
      .filter(({ present, expected }) => present < expected)
      .map(({ day }) => day)
      .toSorted()
  if (missing(null).length > 0) printWrapped(`It cannot be collected: ${no_backfill ?? 'nobody keeps it'}.`)
  if (missing('run').length > 0) {
    print('The next run asks for what is missing of each day; to start one now:')
    print(`  ${almanacCommand(`run ${pipeline} --wait`)}`)
  }
  if (backfill === null) return
  const days = missing('backfill')
  const [from, to] = [days.find((day) => day >= backfill.first_day), days.at(-1)]
  if (days.some((day) => day < backfill.first_day))
    print(`${backfill.service} has nothing from before ${backfill.first_day}.`)
  if (from === undefined || to === undefined) return
  print(`To collect it from ${backfill.service}:`)
  // Two lines, each short enough for a narrow terminal; a shell takes them as one.
  print(`  ${almanacCommand(`backfill ${pipeline} --only-missing \\\n    --from ${from} --to ${to}`)}`)
}
