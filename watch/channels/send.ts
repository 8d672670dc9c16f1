/** Sends a message to a channel, whatever it is. */
import { hostname } from 'node:os'
import type { AlertChannel } from '../../config/alerts.ts'
import type { Config } from '../../config/load-config.ts'
import { isOwnHost } from '../../system/own-host.ts'
import type { Delivery, Send } from '../deliver.ts'
import { textOf, type MessageStack } from '../text.ts'
import { sendMail } from './email.ts'
import { postWebhook } from './webhook.ts'

/** Returns how messages name this stack: as people reach its page from elsewhere, or else as its machine is called. */
export function stackOf({ env, mode, ports }: Config): MessageStack {
  const pageUrl = (env.PAGE_URL ?? `http://127.0.0.1:${ports.page}`).replace(/\/$/, '')
  const { host } = new URL(pageUrl)
  const from = isOwnHost(host) ? hostname() : host
  return { from: mode === 'demo' ? `${from}, demo` : from, pageUrl }
}

/** Returns what sends with these settings. It throws if the receiver did not take the message. */
export function senderOf(config: Config): Send {
  const { ALERT_SECRET, SMTP_URL, ALERT_FROM } = config.env
  const stack = stackOf(config)
  return async (channel: AlertChannel, delivery: Delivery) => {
    const { webhook, email, language } = channel
    const text = textOf(delivery.message, stack, language)
    if (email !== undefined) await sendMail(email, delivery, text, { smtpUrl: SMTP_URL, from: ALERT_FROM })
    else if (webhook !== undefined) await postWebhook({ ...channel, webhook }, delivery, text, ALERT_SECRET)
  }
}
