/** Sends a message to a channel, whatever it is. */
import type { AlertChannel } from '../../config/alerts.ts'
import type { Config } from '../../config/load-config.ts'
import type { Delivery, Send } from '../deliver.ts'
import { textOf } from '../text.ts'
import { sendMail } from './email.ts'
import { postWebhook } from './webhook.ts'

/** Returns what sends with these settings. It throws if the receiver did not take the message. */
export function senderOf(config: Config): Send {
  const { PAGE_URL, ALERT_SECRET, SMTP_URL, ALERT_FROM } = config.env
  const pageUrl = (PAGE_URL ?? `http://127.0.0.1:${config.ports.page}`).replace(/\/$/, '')
  return async (channel: AlertChannel, delivery: Delivery) => {
    const { webhook, email, language } = channel
    const text = textOf(delivery.message, pageUrl, language)
    if (email !== undefined) await sendMail(email, delivery, text, { smtpUrl: SMTP_URL, from: ALERT_FROM })
    else if (webhook !== undefined) await postWebhook({ ...channel, webhook }, delivery, text, ALERT_SECRET)
  }
}
