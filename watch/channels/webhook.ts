/** Posts a message to a webhook. */
import { createHmac } from 'node:crypto'
import type { AlertChannel } from '../../config/alerts.ts'
import type { Delivery } from '../deliver.ts'
import type { MessageText } from '../text.ts'
import { BODY } from './bodies.ts'

/** Receivers answer within a second; one that queues within some. */
const ANSWER_MS = 10_000

/**
 * Posts it, signed if there is a key: `x-almanac-signature` is `sha256=` and the HMAC-SHA256 of `x-almanac-timestamp` (seconds
 * since 1970), a dot and the body, in hexadecimal digits. Throws unless the receiver answers 2xx.
 */
export async function postWebhook(
  channel: AlertChannel & { webhook: string },
  delivery: Delivery,
  text: MessageText,
  secret: string | undefined,
): Promise<void> {
  const { url, body } = BODY[channel.body](delivery, text, channel)
  const sent = JSON.stringify(body)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = secret && createHmac('sha256', secret).update(`${timestamp}.${sent}`).digest('hex')
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-almanac-id': delivery.id,
      'x-almanac-timestamp': timestamp,
      ...(signature && { 'x-almanac-signature': `sha256=${signature}` }),
    },
    body: sent,
    // Elsewhere is not where the message was to go.
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(refusalOf(response, url, channel.name))
}

/** What a receiver said that did not take a message. Its path and its query are secrets. */
function refusalOf({ status, headers }: Response, url: string, channel: string): string {
  const answered = `${new URL(url).host} answered ${status}`
  const to = headers.get('location')
  if (status < 300 || status > 399 || to === null || !URL.canParse(to, url)) return answered
  return `${answered}: it redirects to ${new URL(to, url).origin}. Write its new address in almanac.yaml, channel ${channel}.`
}
