/** Looks after the watch from beside the worker: nobody else tells that the process of the page ended, hangs, or cannot start again. */
import type { Config } from '../config/load-config.ts'
import { MINUTE_MS } from '../core/durations.ts'
import { pause } from '../system/pause.ts'
import { reason } from '../wording/reason.ts'
import { sentence } from '../wording/sentence.ts'
import type { Alerts } from './alert.ts'
import { follow } from './alerts.ts'
import { senderOf } from './channels/send.ts'
import { addressed, deliver, queued, type Delivery } from './deliver.ts'
import type { Finding } from './finding.ts'
import { readSilences, stateTouchedAt } from './state.ts'

const CHECK_MS = MINUTE_MS
/** The watch looks twice a minute; a look at servers that are away takes less than half a minute. */
export const SILENT_MS = 3 * MINUTE_MS

interface GuardLog {
  error(record: object, message: string): void
}

export interface Guard {
  /** Checks once, and tells what is to be told. */
  check(): Promise<void>
}

/** Creates a guard that checks when it is told to. What it told is kept in this process alone. */
export function createGuard(config: Config, log: GuardLog, { now = Date.now } = {}): Guard {
  const { channels } = config.alerts
  const send = senderOf(config)
  const createdAt = now()
  let alerts: Alerts = {}
  let waiting: Delivery[] = []
  return {
    async check() {
      const at = now()
      const step = follow(alerts, silentWatch(stateTouchedAt(config.stateDir), createdAt, at), {
        now: at,
        mute: new Set(),
        silences: readSilences(config.stateDir),
      })
      alerts = step.alerts
      for (const { event, finding } of step.messages)
        log.error({ event: `watch.${event}` }, sentence(finding.what))
      waiting = queued(waiting, addressed(step.messages, channels), channels)
      waiting = await deliver(waiting, channels, send, at)
    },
  }
}

function silentWatch(touchedAt: number | undefined, createdAt: number, now: number): Finding[] {
  const signAt = Math.max(touchedAt ?? 0, createdAt)
  if (now - signAt <= SILENT_MS) return []
  const at = new Date(signAt).toISOString()
  return [
    {
      key: 'watch-away',
      kind: 'watch-away',
      pipeline: null,
      what: reason('alert-watch-away', { at }),
      since: signAt,
      ...(touchedAt === undefined ? {} : { lastGood: touchedAt }),
    },
  ]
}

/** Starts a guard that checks every minute until stopped. */
export function startGuard(config: Config, log: GuardLog): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const guard = createGuard(config, log)
  const loop = async () => {
    while (await pause(CHECK_MS, stopping.signal)) {
      try {
        await guard.check()
      } catch (error) {
        log.error({ err: error }, 'the watch could not be looked after')
      }
    }
  }
  const ended = loop()
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
