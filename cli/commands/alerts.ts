/** `almanac alerts …`: what the watch found, silences, and a test of the channels. */
import { randomUUID } from 'node:crypto'
import { almanacCommand } from '../../core/command-name.ts'
import { sentenceOf, WrongUsage } from '../../core/failures.ts'
import type { Config } from '../../config/load-config.ts'
import { heldAlerts, standingAlerts, type Alert } from '../../watch/alert.ts'
import { senderOf } from '../../watch/channels/send.ts'
import type { Delivery } from '../../watch/deliver.ts'
import { SILENT_MS } from '../../watch/guard.ts'
import { KINDS } from '../../watch/kinds.ts'
import { isSilenced, standingSilences, type Silence } from '../../watch/silences.ts'
import { endSilence, setSilence } from '../../watch/set-silence.ts'
import { putAsideDamaged, readSilences, readState } from '../../watch/state.ts'
import { nextCommand } from '../../watch/text.ts'
import { reason } from '../../wording/reason.ts'
import { sentence } from '../../wording/sentence.ts'
import { counted } from '../../wording/text.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { terminal } from '../terminal.ts'
import { coloured, duration, moment, print, printJson, table } from '../output.ts'

type ListOptions = GlobalOptions & { json?: boolean }
type SilenceOptions = GlobalOptions & { for?: number; reason?: string; end?: boolean }

/** Prints what stands, what is silenced, and what is on its way. */
export function list(options: ListOptions): void {
  const config = configOf(options)
  const now = Date.now()
  tellDamaged(config, now)
  const state = readState(config.stateDir, now)
  const silences = standingSilences(readSilences(config.stateDir), state.alerts, now)
  const alerts = standingAlerts(state.alerts, now)
  if (options.json) {
    printJson({
      lookedAt: state.lookedAt === null ? null : new Date(state.lookedAt).toISOString(),
      alerts: alerts.map((alert) => alertJson(alert, isSilenced(alert, silences, now))),
      silences: silences.map(silenceJson),
      waiting: state.waiting.map(({ channel, tries, trouble, message }) => ({
        channel,
        tries,
        trouble,
        key: message.finding.key,
      })),
    })
    return
  }
  const stack = stackName(config)
  if (state.lookedAt === null || now - state.lookedAt > SILENT_MS) {
    const when = state.lookedAt === null ? 'yet' : `since ${moment(new Date(state.lookedAt))}`
    print(
      `${stack}nobody has looked ${when}: the watch runs with the page ("${almanacCommand('up')}", or "${almanacCommand('serve')}")`,
    )
  }
  if (alerts.length === 0) print(`${stack}nothing stands`)
  else print(alertTable(alerts, silences, now))
  const held = heldAlerts(state.alerts, now).map(({ finding }) => finding.key)
  if (held.length > 0) print(`${stack}watched, and told if it lasts: ${held.join(', ')}`)
  for (const silence of silences) print(`${stack}${silenceText(silence)}`)
  for (const { channel, tries, trouble, nextAt } of state.waiting.filter(({ tries: tried }) => tried > 0))
    print(
      `${stack}channel ${channel} did not take a message (${counted(tries, 'try', 'tries')}: ${trouble ?? ''}); next try ${moment(new Date(nextAt))}`,
    )
  if (config.mode === 'live' && config.alerts.channels.length === 0)
    print(`${stack}nobody is told: almanac.yaml has no channels under "alerts"`)
}

/** On standard error, which no program reads as JSON. */
function tellDamaged(config: Config, now: number): void {
  for (const { file, aside } of putAsideDamaged(config.stateDir, now))
    terminal().stderr.write(
      `${stackName(config)}${file} could not be read: it lies in ${aside} now, and begins anew\n`,
    )
}

const alertTable = (alerts: readonly Alert[], silences: readonly Silence[], now: number) =>
  table(
    ['alert', 'severity', 'since', 'told', 'what', 'next'],
    alerts.map((alert) => [
      alert.finding.key,
      coloured(KINDS[alert.finding.kind].severity),
      duration(now - alert.since),
      isSilenced(alert, silences, now)
        ? 'silenced'
        : moment(alert.toldAt === null ? undefined : new Date(alert.toldAt)),
      sentence(alert.finding.what),
      nextCommand(alert.finding),
    ]),
    { below: ['what', 'next'], spare: ['told'] },
  )

const alertJson = ({ finding, since, toldAt }: Alert, isQuiet: boolean) => ({
  key: finding.key,
  kind: finding.kind,
  severity: KINDS[finding.kind].severity,
  pipeline: finding.pipeline,
  what: sentence(finding.what),
  reason: finding.what,
  since: new Date(since).toISOString(),
  toldAt: toldAt === null ? null : new Date(toldAt).toISOString(),
  silenced: isQuiet,
  next: nextCommand(finding),
})

const silenceJson = ({ of, until, reason: why, since }: Silence) => ({
  of,
  until: until === null ? null : new Date(until).toISOString(),
  reason: why,
  since: new Date(since).toISOString(),
})

const silenceText = ({ of, until, reason: why }: Silence) =>
  `${of} is silenced ${until === null ? 'until it is over' : `until ${moment(new Date(until))}`}${why === '' ? '' : `: ${why}`}`

/** Silences an alert, a pipeline or all of them; or ends that. Throws `WrongUsage` for anything else. */
export function silence(of: string, options: SilenceOptions): void {
  const config = configOf(options)
  const now = Date.now()
  tellDamaged(config, now)
  if (options.end === true) {
    endSilence(config.stateDir, of, now)
    print(`${stackName(config)}${of} is told of again`)
    return
  }
  const until = options.for === undefined ? null : now + options.for
  const made = { of, until, reason: options.reason ?? '', since: now }
  setSilence(config.stateDir, made)
  print(`${stackName(config)}${silenceText(made)}`)
}

/** Sends a test message to the channels; the exit code says whether all took it. */
export async function test(name: string | undefined, options: GlobalOptions): Promise<number> {
  const config = configOf(options)
  const { channels } = config.alerts
  const chosen = name === undefined ? channels : channels.filter((channel) => channel.name === name)
  if (chosen.length === 0) {
    const found =
      channels.map((channel) => channel.name).join(', ') ||
      (config.mode === 'live'
        ? 'none: almanac.yaml has no channels under "alerts"'
        : 'none in the demo, which does not read almanac.yaml: run this without --demo')
    throw new WrongUsage(`There is no channel${name === undefined ? '' : ` "${name}"`}. There are ${found}.`)
  }
  const send = senderOf(config)
  let code: number = EXIT.done
  for (const channel of chosen) {
    try {
      await send(channel, testDelivery(channel.name))
      print(`${stackName(config)}${channel.name} took it`)
    } catch (error) {
      code = EXIT.runFailed
      print(`${stackName(config)}${channel.name} did not take it: ${sentenceOf(error)}`)
    }
  }
  return code
}

function testDelivery(channel: string): Delivery {
  const now = Date.now()
  const finding = { key: 'test', kind: 'test' as const, pipeline: null, what: reason('alert-test') }
  return {
    id: randomUUID(),
    channel,
    message: { event: 'began', finding, since: now, at: now },
    tries: 0,
    nextAt: now,
  }
}
