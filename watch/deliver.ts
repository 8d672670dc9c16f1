/** Brings messages to channels: each is tried until it was taken, and taken once. */
import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import type { AlertChannel } from '../config/alerts.ts'
import { HOUR_MS, MINUTE_MS } from '../core/durations.ts'
import { sentenceOf } from '../core/failures.ts'
import type { Message } from './alerts.ts'
import { KINDS, SEVERITIES } from './kinds.ts'

/** A message on its way to one channel. */
export interface Delivery {
  /** The same at every try, so that a receiver that took it without our hearing of it can tell. */
  id: string
  channel: string
  message: Message
  tries: number
  /** When it is tried next. */
  nextAt: number
  /** What the last try found. */
  trouble?: string
}

/** After the first failure; each later try comes after twice the time. */
const RETRY_MS = MINUTE_MS
const RETRY_MOST_MS = HOUR_MS
/** A receiver that hangs holds up no other. */
const CONCURRENT = 4

/** Sends one message to one channel; throws if it did not take it. */
export type Send = (channel: AlertChannel, delivery: Delivery) => Promise<void>

/** Returns a delivery of each message to each channel that asks for it. */
export function addressed(messages: readonly Message[], channels: readonly AlertChannel[]): Delivery[] {
  return messages.flatMap((message) =>
    channels
      .filter((channel) => asksFor(channel, message))
      .map(({ name }) => ({ id: randomUUID(), channel: name, message, tries: 0, nextAt: message.at })),
  )
}

function asksFor({ severity, pipelines, news }: AlertChannel, { event, finding }: Message): boolean {
  if (event === 'news') return (news as readonly (string | null)[]).includes(finding.pipeline)
  const isBadEnough = SEVERITIES.indexOf(KINDS[finding.kind].severity) >= SEVERITIES.indexOf(severity)
  const isAsked =
    finding.pipeline === null ||
    (pipelines as readonly string[] | undefined)?.includes(finding.pipeline) !== false
  return isBadEnough && isAsked
}

/** Adds new ones: a reminder takes the place of an older one that was not delivered, and a channel that is gone gets none. */
export function queued(
  waiting: readonly Delivery[],
  added: readonly Delivery[],
  channels: readonly AlertChannel[],
): Delivery[] {
  const isReplaced = (old: Delivery) =>
    old.message.event === 'still' &&
    added.some(
      ({ channel, message }) =>
        channel === old.channel &&
        message.event === 'still' &&
        message.finding.key === old.message.finding.key,
    )
  return [...waiting.filter((one) => !isReplaced(one)), ...added].filter(({ channel }) =>
    channels.some(({ name }) => name === channel),
  )
}

/** Tries what is due, in its order for each channel. Returns what is still waiting. */
export async function deliver(
  waiting: readonly Delivery[],
  channels: readonly AlertChannel[],
  send: Send,
  now: number,
): Promise<Delivery[]> {
  const left = await pMap(
    channels,
    (channel) =>
      deliverTo(
        channel,
        waiting.filter((one) => one.channel === channel.name),
        send,
        now,
      ),
    { concurrency: CONCURRENT },
  )
  return left.flat()
}

/** After one that was not taken the others wait: they would come in another order, and most likely fail as well. */
async function deliverTo(
  channel: AlertChannel,
  waiting: readonly Delivery[],
  send: Send,
  now: number,
): Promise<Delivery[]> {
  const [first, ...others] = waiting
  if (first === undefined || first.nextAt > now) return [...waiting]
  try {
    await send(channel, first)
  } catch (error) {
    const tries = first.tries + 1
    const nextAt = now + Math.min(RETRY_MS * 2 ** (tries - 1), RETRY_MOST_MS)
    return [{ ...first, tries, nextAt, trouble: sentenceOf(error) }, ...others]
  }
  return deliverTo(channel, others, send, now)
}
