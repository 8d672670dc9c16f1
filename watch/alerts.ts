/**
 * Which findings become messages, and when: a pure function of the findings, what was told before, and the time. Causes
 * come before their effects, what heals itself is not told, reminders grow apart, and one message says that it is over.
 */
import { HOUR_MS, MINUTE_MS, DAY_MS } from '../core/durations.ts'
import { isTellable, type Alert, type Alerts } from './alert.ts'
import type { Reason } from '../core/reason.ts'
import type { Finding } from './finding.ts'
import { CAUSES, KINDS, type Kind, type Witness } from './kinds.ts'
import { isSilenced, type Silence } from './silences.ts'

export interface Message {
  event: 'began' | 'worse' | 'still' | 'over' | 'news'
  finding: Finding
  /** When it began. */
  since: number
  at: number
  /** More of it, a line each; of news alone. */
  lines?: readonly Reason[]
}

/** What comes and goes within this is one alert. */
const CLEAR_MS = 2 * MINUTE_MS
/** Effects go on for a while after their cause has ended: until the next run. */
const SETTLE_MS = 30 * MINUTE_MS
/** The first reminder; each one after comes after twice the time. */
const REMIND_MS = { critical: 4 * HOUR_MS, warning: DAY_MS } as const
const REMIND_MOST_MS = 4 * DAY_MS

/** Returns the alerts after a look, and what is to be told now. `mute`: witnesses that did not answer. */
export function follow(
  alerts: Alerts,
  findings: readonly Finding[],
  { now, mute, silences }: { now: number; mute: ReadonlySet<Witness>; silences: readonly Silence[] },
): { alerts: Alerts; messages: Message[] } {
  const messages: Message[] = []
  const next: Record<string, Alert> = {}
  const standing = [...Object.values(alerts).map(({ finding }) => finding), ...findings]
  const found = new Map(findings.map((one) => [one.key, one]))
  for (const key of new Set([...Object.keys(alerts), ...found.keys()])) {
    const before = alerts[key]
    const finding = found.get(key)
    const alert = finding === undefined ? unseen(before as Alert, now, mute) : seen(before, finding, now)
    if (alert.clearSince !== null && now - alert.clearSince >= CLEAR_MS) {
      if (alert.toldAt !== null && !isSilenced(alert, silences, now))
        messages.push(messageOf(alert, 'over', alert.clearSince))
      continue
    }
    next[key] = tell(isExplained(alert.finding, standing) ? { ...alert, heldSince: now + SETTLE_MS } : alert)
  }
  return { alerts: next, messages }

  function tell(alert: Alert): Alert {
    const event = dueOf(alert, now)
    if (event === undefined || isSilenced(alert, silences, now)) return alert
    messages.push(messageOf(alert, event, now))
    const reminders = event === 'still' ? alert.reminders + 1 : alert.reminders
    return {
      ...alert,
      toldAt: alert.toldAt ?? now,
      toldSize: alert.finding.size ?? null,
      reminders,
      remindAt:
        now + Math.min(REMIND_MS[KINDS[alert.finding.kind].severity] * 2 ** reminders, REMIND_MOST_MS),
    }
  }
}

const seen = (before: Alert | undefined, finding: Finding, now: number): Alert => ({
  ...(before ?? {
    firstSeenAt: now,
    since: finding.since ?? now,
    heldSince: now,
    toldAt: null,
    reminders: 0,
    remindAt: null,
    toldSize: null,
  }),
  finding,
  lastSeenAt: now,
  clearSince: null,
})

/** What a witness would say who does not answer is as it was: nobody knows that it is over. */
function unseen(before: Alert, now: number, mute: ReadonlySet<Witness>): Alert {
  const isUnknown = KINDS[before.finding.kind].witnesses.some((witness) => mute.has(witness))
  return isUnknown ? before : { ...before, clearSince: before.clearSince ?? now }
}

/** What is to be told of it now, silences aside. What was not seen in this look is not told of. */
function dueOf(alert: Alert, now: number): Message['event'] | undefined {
  const { finding, lastSeenAt, toldAt, remindAt, toldSize } = alert
  if (lastSeenAt !== now || !isTellable(alert, now)) return undefined
  if (toldAt === null) return 'began'
  if (toldSize !== null && (finding.size ?? 0) > toldSize) return 'worse'
  return remindAt !== null && now >= remindAt ? 'still' : undefined
}

/** Whether something else that stands is why. */
function isExplained({ kind, pipeline, sources }: Finding, standing: readonly Finding[]): boolean {
  const causes: readonly Kind[] = CAUSES[kind] ?? []
  const isOfSame = (cause: Finding) =>
    cause.sources === undefined || sources?.every((source) => cause.sources?.includes(source)) === true
  return standing.some(
    (cause) =>
      causes.includes(cause.kind) &&
      (cause.pipeline === null || (cause.pipeline === pipeline && isOfSame(cause))),
  )
}

const messageOf = ({ finding, since }: Alert, event: Message['event'], at: number): Message => ({
  event,
  finding,
  since,
  at,
})
