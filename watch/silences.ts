/** What people do not want to be told of, for a time or until it is over. */
import type { Alert, Alerts } from './alert.ts'

export interface Silence {
  /** Key of a finding, id of a pipeline, or `all`. */
  of: string
  /** End; null: until what stood when it was made is over. */
  until: number | null
  reason: string
  /** When it was made. */
  since: number
}

export const ALL = 'all'

type Silenced = Pick<Alert, 'finding' | 'firstSeenAt'>

/** Whether an alert is not to be told of now. */
export const isSilenced = (alert: Silenced, silences: readonly Silence[], now: number): boolean =>
  silences.some((silence) => applies(silence, alert, now))

function applies(
  { of, until, since }: Silence,
  { finding: { key, pipeline }, firstSeenAt }: Silenced,
  now: number,
): boolean {
  const isMeant = of === ALL || of === key || of === pipeline
  // What comes again after it was over is another fault.
  return isMeant && (until === null ? firstSeenAt <= since : until > now)
}

/** Returns the silences that still mean something. */
export const standingSilences = (silences: readonly Silence[], alerts: Alerts, now: number): Silence[] =>
  silences.filter((silence) =>
    silence.until === null
      ? Object.values(alerts).some((alert) => applies(silence, alert, now))
      : silence.until > now,
  )
