/** Sends a message by e-mail. */
import { createTransport } from 'nodemailer'
import { Failure } from '../../core/failures.ts'
import type { Delivery } from '../deliver.ts'
import type { MessageText } from '../text.ts'
import { headline, plain } from './bodies.ts'

/** A mail server greets and takes a small message within seconds. */
const ANSWER_MS = 20_000

export interface MailSettings {
  smtpUrl: string | undefined
  from: string
}

/** Sends it. Throws `Misconfigured` without a mail server, and what that server answered if it did not take it. */
export async function sendMail(
  to: string,
  { id }: Delivery,
  text: MessageText,
  { smtpUrl, from }: MailSettings,
): Promise<void> {
  if (smtpUrl === undefined)
    throw new Failure('Misconfigured', 'E-mail needs a mail server: set SMTP_URL in .env.')
  const transport = createTransport(smtpUrl, {
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
  } as object)
  try {
    await transport.sendMail({
      from,
      to,
      subject: headline(text),
      text: plain(text),
      // The same at every try: a mail server that took it before can tell.
      messageId: `<${id}@almanac>`,
    })
  } finally {
    transport.close()
  }
}
