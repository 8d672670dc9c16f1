/** What is posted to a webhook, as each receiver takes it. */
import type { AlertChannel } from '../../config/alerts.ts'
import { cleanText } from '../../core/foreign-text.ts'
import type { Delivery } from '../deliver.ts'
import { KINDS } from '../kinds.ts'
import { meaningOf, nextCommand, type MessageText } from '../text.ts'

export interface Posted {
  url: string
  body: Record<string, unknown>
}

/** Discord takes no longer text: https://discord.com/developers/docs/resources/webhook#execute-webhook */
const DISCORD_CHARACTERS = 2_000
/** ntfy takes 4,096 bytes of UTF-8, up to four a character: https://docs.ntfy.sh/config/#message-limits */
const NTFY_CHARACTERS = 1_000

type Body = (delivery: Delivery, text: MessageText, channel: AlertChannel & { webhook: string }) => Posted

export const BODY: Record<AlertChannel['body'], Body> = {
  json: (delivery, text, channel) => ({ url: channel.webhook, body: ownBody(delivery, text, channel) }),
  // https://api.slack.com/reference/surfaces/formatting#escaping
  slack: (_, text, { webhook }) => ({ url: webhook, body: { text: escaped(plain(text)) } }),
  // Nobody is called by what an upstream wrote.
  discord: (_, text, { webhook }) => ({
    url: webhook,
    body: { content: plain(text).slice(0, DISCORD_CHARACTERS), allowed_mentions: { parse: [] } },
  }),
  mattermost: (_, text, { webhook }) => ({
    url: webhook,
    body: { text: plain(text).replaceAll('@', '@\u200B') },
  }),
  ntfy: ({ message }, text, { webhook }) => {
    const { title, lines, link } = text
    // As JSON it is posted to the server, with the topic in it: https://docs.ntfy.sh/publish/#publish-as-json
    const address = new URL(webhook)
    const parts = address.pathname.split('/').filter((part) => part !== '')
    const topic = parts.pop() ?? ''
    address.pathname = parts.join('/')
    return {
      url: address.href,
      body: {
        topic,
        title: headline(text),
        message: (lines.join('\n') || title).slice(0, NTFY_CHARACTERS),
        click: link,
        priority: message.event !== 'over' && KINDS[message.finding.kind].severity === 'critical' ? 4 : 3,
        tags: [message.event === 'over' ? 'white_check_mark' : 'warning'],
      },
    }
  },
}

/** The title on one line, after the stack that it is of. */
export const headline = ({ from, title }: MessageText): string =>
  `[Almanac ${from}] ${title.replaceAll(/\s+/g, ' ')}`

/** As text, one line after the other. */
export const plain = (text: MessageText): string =>
  cleanText([headline(text), ...text.lines, text.link].join('\n'))

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function ownBody(
  { id, message }: Delivery,
  { from, title, lines, link }: MessageText,
  { language }: AlertChannel,
) {
  const { event, finding, since, at } = message
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    id,
    from,
    event,
    key: finding.key,
    kind: finding.kind,
    severity: KINDS[finding.kind].severity,
    pipeline: finding.pipeline,
    title,
    text: lines.join('\n'),
    what: finding.what,
    means: meaningOf(finding, language),
    since: iso(since),
    at: iso(at),
    last_good: finding.lastGood === undefined ? null : iso(finding.lastGood),
    next: nextCommand(finding),
    link,
  }
}
