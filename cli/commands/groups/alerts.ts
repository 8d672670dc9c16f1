/** What is not as it should be, and who is told. */
import { InvalidArgumentError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { add, example, type SetExitCode } from './add-command.ts'

const UNITS: Record<string, number> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** Reads `30m`, `2h` or `3d`; returns milliseconds. */
function timeSpan(text: string): number {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  if (!(ms > 0)) throw new InvalidArgumentError('expected a time such as 30m, 2h or 3d.')
  return ms
}

export function addAlertCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const alerts = program
    .command('alerts')
    .description('what the watch found, and who is told (section "alerts" of almanac.yaml)')
  const load = async () => import('../alerts.ts')
  add(alerts, 'list', 'what is not as it should be, silences, and messages on their way', [
    `${ALMANAC} alerts list`,
    `${ALMANAC} alerts list --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      ;(await load()).list(options)
    })
  add(alerts, 'silence <what>', 'send no messages of an alert (its key), of a pipeline, or of all', [
    `${ALMANAC} alerts silence ${example} --for 2h --reason "the site moves"`,
    `${ALMANAC} alerts silence "disk-low /data" --reason "new disk on Monday"`,
    `${ALMANAC} alerts silence ${example} --end`,
  ])
    .option('--for <time>', 'how long: 30m, 2h, 3d (default: until what stands now is over)', timeSpan)
    .option('--reason <text>', 'why, for who sees the list')
    .option('--end', 'send them again')
    .action(async (what: string, options) => {
      ;(await load()).silence(what, options)
    })
  add(alerts, 'test [channel]', 'send a message to each channel, or to one, and say whether it was taken', [
    `${ALMANAC} alerts test`,
    `${ALMANAC} alerts test team`,
  ]).action(async (channel: string | undefined, options) => {
    setExitCode(await (await load()).test(channel, options))
  })
}
