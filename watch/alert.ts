/** A finding with its past: since when it stands, and what was told of it. */
import type { Finding } from './finding.ts'
import { KINDS } from './kinds.ts'

/** What was found, and what was told of it. */
export interface Alert {
  finding: Finding
  /** When it was first seen. */
  firstSeenAt: number
  /** When it began: as it was found first, or else when it was first seen. */
  since: number
  /** When it was last seen; a finding whose witness is away stays as it was. */
  lastSeenAt: number
  /** Since when it is no longer seen; null while it is. */
  clearSince: number | null
  /** When its hold-off began: at first, and again when what explained it ended. */
  heldSince: number
  /** When it was told first; null if nobody was told. */
  toldAt: number | null
  /** Reminders sent, and when the next is due. */
  reminders: number
  remindAt: number | null
  /** The size that was told. */
  toldSize: number | null
}

export type Alerts = Readonly<Record<string, Alert>>

/** Whether it has lasted longer than what heals itself, and nothing else explains it. */
export const isTellable = ({ finding, heldSince, toldAt }: Alert, now: number): boolean =>
  now - heldSince >= (toldAt === null ? KINDS[finding.kind].holdMs : 0)

/** Those that stand now, for who looks: what is told, or would be if nobody silenced it. */
export const standingAlerts = (alerts: Alerts, now: number): Alert[] =>
  Object.values(alerts).filter((alert) => alert.clearSince === null && isTellable(alert, now))

/** Those that were seen and are not told yet: most heal themselves within minutes, or follow from one that stands. */
export const heldAlerts = (alerts: Alerts, now: number): Alert[] =>
  Object.values(alerts).filter((alert) => alert.clearSince === null && !isTellable(alert, now))
