/** The watch: looks at the stack again and again, and tells who asked to be told. It runs beside the page, not in a worker. */
import { join } from 'node:path'
import { takeFileLock } from '../local/file-lock.mjs'
import { lastingTemporal } from '../client/lasting-temporal.ts'
import type { Config } from '../config/load-config.ts'
import type { Reason } from '../core/reason.ts'
import { fileFailure } from '../system/atomic-file.ts'
import { pause } from '../system/pause.ts'
import { follow, type Message } from './alerts.ts'
import { addressed, deliver, queued, type Send } from './deliver.ts'
import { senderOf } from './channels/send.ts'
import { withSample } from './disk.ts'
import { findingsOf } from './judge.ts'
import type { Witness } from './kinds.ts'
import { look } from './look.ts'
import type { DatabaseSeen, Seen } from './seen.ts'
import { createMemory, type Memory } from './memory.ts'
import { readSilences, type WatchState } from './state.ts'

/** A worker is silent for 75 s before it counts as gone; with this pause that is told within two minutes. */
export const LOOK_MS = 30_000
/** Two servers on one folder would tell everything twice; the second begins when the first has ended. */
const LOCK_FILE = 'watch.lock'
/** Every second look: a check outside expects a sign every minute or more rarely. */
const HEARTBEAT_MS = 55_000
const HEARTBEAT_ANSWER_MS = 10_000

export interface WatchLog {
  warn(record: object, message: string): void
  error(record: object, message: string): void
}

export interface Watch {
  /** Looks once, and tells what is to be told. Throws for a defect. */
  look(): Promise<void>
  close(): Promise<void>
}

export interface WatchOptions {
  /** Milliseconds since 1970. Default: this machine's clock. */
  now?: () => number
}

/** Creates a watch that looks when it is told to. */
export function createWatch(config: Config, log: WatchLog, { now = Date.now }: WatchOptions = {}): Watch {
  const temporal = lastingTemporal(config)
  const send = senderOf(config)
  const memory = createMemory(config.stateDir, log)
  let beatAt: number | undefined
  return {
    async look() {
      const at = now()
      const before = memory.recall(at)
      const newsAfter = (pipeline: string) => before.newsUntil[pipeline] ?? before.since
      const seen = await look(config, temporal, { now: at, newsAfter })
      const after = remembered(config, before, seen, { now: at, trouble: memory.trouble() })
      // Before anything is sent: a restart in between sends it once more, and forgets none.
      memory.keep(after)
      await sendWaiting(config, send, after, { memory, log, now: at })
      // A clock that was set back is no reason to wait.
      if (beatAt !== undefined && at >= beatAt && at - beatAt < HEARTBEAT_MS) return
      beatAt = at
      await beat(config, log)
    },
    close: () => temporal.close(),
  }
}

/** Starts a watch that looks again and again, whatever is away, until stopped. */
export function startWatch(config: Config, log: WatchLog): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const watch = createWatch(config, log)
  let release: (() => void) | undefined
  const loop = async () => {
    do {
      try {
        release ??= await lockOf(config.stateDir, log)
        if (release !== undefined) await watch.look()
      } catch (error) {
        log.error({ err: error }, 'the watch could not look')
      }
    } while (await pause(LOOK_MS, signal))
  }
  const ended = loop()
  return {
    async stop() {
      stopping.abort()
      await ended
      release?.()
      await watch.close()
    },
  }
}

/** Returns what releases the lock; undefined if another process holds it. A disk that takes no lock keeps nobody from looking. */
async function lockOf(stateDir: string, log: WatchLog): Promise<(() => void) | undefined> {
  const file = join(stateDir, LOCK_FILE)
  try {
    const lock = await takeFileLock(file, 'the watch', { isRenewed: true })
    return 'release' in lock ? lock.release : undefined
  } catch (error) {
    const failure = fileFailure(file, error)
    if (failure === undefined) throw error
    log.error(
      { err: failure },
      'the watch goes on without its lock: another one beside it would tell everything twice',
    )
    return () => undefined
  }
}

/** What is remembered after a look, with the messages that are to be sent. */
function remembered(
  config: Config,
  before: WatchState,
  seen: Seen,
  { now, trouble }: { now: number; trouble: Reason | undefined },
): WatchState {
  const { channels } = config.alerts
  const space = Object.fromEntries(
    seen.files.disks.map(({ folder, freeBytes }) => [
      folder,
      withSample(before.space[folder] ?? [], { at: now, freeBytes }),
    ]),
  )
  const findings = findingsOf(seen, { since: before.since, space, trouble }, now)
  const { alerts, messages } = follow(before.alerts, findings, {
    now,
    mute: muteIn(seen),
    silences: readSilences(config.stateDir),
  })
  const news = 'said' in seen.database ? seen.database.said.news : []
  return {
    ...before,
    lookedAt: now,
    alerts,
    space,
    newsUntil: { ...before.newsUntil, ...Object.fromEntries(news.map(({ pipeline, at }) => [pipeline, at])) },
    waiting: queued(before.waiting, addressed([...messages, ...news.map(asMessage)], channels), channels),
  }
}

const asMessage = ({ pipeline, at, what, lines }: DatabaseSeen['news'][number]): Message => ({
  event: 'news',
  finding: { key: `news ${pipeline}`, kind: 'news', pipeline, what },
  since: at,
  at,
  lines,
})

function muteIn({ database, temporal }: Seen): Set<Witness> {
  const mute = new Set<Witness>()
  if ('away' in database) mute.add('database')
  if ('away' in temporal) mute.add('temporal')
  return mute
}

async function sendWaiting(
  config: Config,
  send: Send,
  state: WatchState,
  { memory, log, now }: { memory: Memory; log: WatchLog; now: number },
): Promise<void> {
  if (state.waiting.length === 0) return
  const waiting = await deliver(state.waiting, config.alerts.channels, send, now)
  for (const { channel, tries, trouble } of waiting)
    if (tries === 1) log.warn({ channel, trouble }, 'a message was not taken; it is tried again')
  memory.keep({ ...state, waiting })
}

/** Tells a check outside that the watch runs: it tells if this ends, as nothing on this machine can. */
async function beat({ env: { HEARTBEAT_URL } }: Config, log: WatchLog): Promise<void> {
  if (HEARTBEAT_URL === undefined) return
  try {
    const response = await fetch(HEARTBEAT_URL, { signal: AbortSignal.timeout(HEARTBEAT_ANSWER_MS) })
    await response.body?.cancel()
    if (!response.ok) log.warn({ status: response.status }, 'HEARTBEAT_URL did not take the sign of life')
  } catch (error) {
    log.warn({ err: error }, 'HEARTBEAT_URL does not answer')
  }
}
