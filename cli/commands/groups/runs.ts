/** Runs: starting, listing, looking at, filling up, cancelling. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { CLI_PARTS } from '../../parts.ts'
import { add, atLeastOne, days, example, ids, type SetExitCode } from './add-command.ts'

/** A pipeline that can collect the past, for examples. */
const pastId = PIPELINES.find(({ noBackfill }) => noBackfill === undefined)?.id ?? ''

export function addRunCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const run = add(program, 'run <pipeline>', `start a run now (${ids})`, [
    `${ALMANAC} run ${example} --wait`,
    `${ALMANAC} run ${example} --wait --json --input boundSeconds=60`,
    ...PIPELINES.flatMap(({ id }) =>
      (CLI_PARTS[id].runExamples ?? []).map((options) => `${ALMANAC} run ${id} ${options}`),
    ),
  ])
    .option('--wait', 'wait until it ends; shows what waits, why, and when it is retried')
    .option('--strict', 'with --wait or --dry-run: a partial run exits with 1 as well')
    .option('--json', 'print JSON')
    .option('--input <key=value...>', 'parameters of the run, such as boundSeconds=60')
    .option('--dry-run', 'show what a run would store, and undo it; nothing is started or written')
    .action(async (pipeline: string, options) => {
      setExitCode(await (await import('../run.ts')).run(pipeline, options))
    })
  for (const { id } of PIPELINES)
    for (const { flags, description } of CLI_PARTS[id].runOptions ?? [])
      run.option(flags, `${id}: ${description}`)
  add(program, 'runs [pipeline]', 'list the newest runs of each pipeline, or of one', [
    `${ALMANAC} runs`,
    `${ALMANAC} runs ${example} --limit 5 --json`,
  ])
    .option('--limit <count>', 'number of runs per pipeline (default: 5; 20 for a named one)', atLeastOne)
    .option('--json', 'print JSON')
    .action(async (pipeline: string | undefined, options) => {
      await (await import('../runs.ts')).runs(pipeline, options)
    })
  add(
    program,
    'show <run>',
    'everything about one run: steps, attempts, what waits and until when, counts per source',
    [`${ALMANAC} show ${example}-2026-11-21T10:00:00Z`, `${ALMANAC} show 0199a7c1-5e0a-7b3c --json`],
  )
    .option('--json', 'print JSON')
    .action(async (id: string, options) => {
      await (await import('../show.ts')).show(id, options)
    })
  add(program, 'backfill <pipeline>', 'collect a past period, if the pipeline can; shows its size first', [
    `${ALMANAC} backfill ${pastId} --from 2026-11-01 --to 2026-11-07 --only-missing --wait`,
    `${ALMANAC} backfill ${pastId} --from 2026-11-07T06:00:00Z`,
  ])
    .option('--from <time>', 'first day or moment (2026-11-01, 2026-11-01T06:00:00Z)')
    .option('--to <time>', 'last day, to its end, or moment (default: now)')
    .option('--only-missing', 'request only what is not stored')
    .option('--wait', 'wait until the run ends; shows what waits, why, and when it is retried')
    .option('--json', 'print JSON')
    .action(async (pipeline: string, options) => {
      setExitCode(await (await import('../backfill.ts')).backfill(pipeline, options))
    })
  add(program, 'gaps [pipeline]', 'what should have been collected and is missing, and the command for it', [
    `${ALMANAC} gaps`,
    `${ALMANAC} gaps ${pastId} --days 30`,
    `${ALMANAC} gaps ${example} --json`,
  ])
    .option('--days <count>', 'the last days, with today (default: 90)', days)
    .option('--json', 'print JSON')
    .action(async (pipeline: string | undefined, options) => {
      await (await import('../gaps.ts')).gaps(pipeline, options)
    })
  add(program, 'cancel <run>', 'cancel a run and mark its record as cancelled', [
    `${ALMANAC} cancel ${example}-2026-11-21T10:00:00Z`,
  ]).action(async (id: string, options) => {
    await (await import('../cancel.ts')).cancel(id, options)
  })
}
