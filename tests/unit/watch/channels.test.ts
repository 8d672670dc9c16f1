/** What receivers get: the bodies of webhooks, their signature, and e-mail. */
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlertChannel } from '../../../config/alerts.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { BODY } from '../../../watch/channels/bodies.ts'
import { sendMail } from '../../../watch/channels/email.ts'
import { stackOf } from '../../../watch/channels/send.ts'
import { postWebhook } from '../../../watch/channels/webhook.ts'
import type { Delivery } from '../../../watch/deliver.ts'
import { textOf } from '../../../watch/text.ts'
import { reason } from '../../../wording/reason.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

const AT = Date.parse('2026-11-30T06:00:00Z')
const delivery: Delivery = {
  id: '0b5e',
  channel: 'team',
  tries: 0,
  nextAt: AT,
  message: {
    event: 'began',
    since: AT - 60_000,
    at: AT,
    finding: {
      key: 'source-partial mod-stats modrinth',
      kind: 'source-partial',
      pipeline: 'mod-stats',
      what: reason('alert-source-partial', {
        pipeline: 'mod-stats',
        source: 'modrinth',
        runs: 3,
        why: [{ code: 'text', values: { text: 'a mod named <!channel> @everyone & "x"' } }],
      }),
    },
  },
}
const STACK = { from: 'box', pageUrl: 'http://127.0.0.1:8501' }
const words = textOf(delivery.message, STACK, 'en')
const channelOf = (body: AlertChannel['body'], webhook = 'https://example.org/hook') => ({
  name: 'team',
  webhook,
  body,
  severity: 'warning' as const,
  news: [],
  language: 'en' as const,
})

describe('a message', () => {
  it('says what, what it means, since when and what to run', () => {
    expect(words).toEqual({
      from: 'box',
      title: 'modrinth (mod-stats) was incomplete in the last 3 runs: a mod named <!channel> @everyone & "x"',
      lines: [
        'Rows are missing from each of these runs.',
        'Since 2026-11-30 05:59 UTC',
        'Next: ./almanac runs mod-stats',
      ],
      link: 'http://127.0.0.1:8501/runs?pipeline=mod-stats',
    })
  })

  it('is told in French to who reads that', () => {
    const french = textOf(delivery.message, STACK, 'fr')
    expect(french.title).toContain('modrinth (mod-stats) est incomplète depuis 3 collectes')
    expect(french.lines[0]).toBe('Des lignes manquent à chacune de ces collectes.')
  })
})

describe('the stack of a message', () => {
  const of = (env: Record<string, string>, demo = false) => stackOf(loadConfig({ env, demo })).from

  it('is named in every body', () => {
    const text = '[Almanac box] modrinth (mod-stats) was incomplete'
    expect(BODY.slack(delivery, words, channelOf('slack')).body['text']).toContain(text)
    expect(BODY.discord(delivery, words, channelOf('discord')).body['content']).toContain(text)
    expect(BODY.mattermost(delivery, words, channelOf('mattermost')).body['text']).toContain(text)
    expect(BODY.ntfy(delivery, words, channelOf('ntfy')).body['title']).toContain(text)
    expect(BODY.json(delivery, words, channelOf('json')).body['from']).toBe('box')
  })

  it('has the name of this machine', () => {
    expect(of({})).toBe(hostname())
    expect(of({ PAGE_URL: 'http://127.0.0.1:8501' })).toBe(hostname())
  })

  it('has the name at which people reach its page, if it has one', () => {
    expect(of({ PAGE_URL: 'https://almanac.example.org/' })).toBe('almanac.example.org')
  })

  it('says that it is the demo', () => {
    expect(of({ PAGE_URL: 'https://almanac.example.org/' }, true)).toBe(`${hostname()}, demo`)
  })
})

describe('the body of a webhook', () => {
  it('calls nobody in Slack', () => {
    const { body } = BODY.slack(delivery, words, channelOf('slack'))
    expect(body['text']).toContain('&lt;!channel&gt; @everyone &amp;')
  })

  it('calls nobody in Discord', () => {
    const { body } = BODY.discord(delivery, words, channelOf('discord'))
    expect(body).toMatchObject({ allowed_mentions: { parse: [] } })
  })

  it('calls nobody in Mattermost', () => {
    const { body } = BODY.mattermost(delivery, words, channelOf('mattermost'))
    expect(body['text']).not.toContain('@everyone')
  })

  it.each([
    ['https://ntfy.sh/almanac', 'https://ntfy.sh/', 'almanac'],
    ['https://example.org/push/almanac/', 'https://example.org/push', 'almanac'],
  ])('is posted to the server of ntfy with its topic: %s', (webhook, url, topic) => {
    const posted = BODY.ntfy(delivery, words, channelOf('ntfy', webhook))
    expect(posted.url).toBe(url)
    expect(posted.body).toMatchObject({ topic, click: words.link, priority: 3 })
  })
})

describe('a webhook', () => {
  let receiver: WebhookReceiver
  beforeEach(async () => {
    receiver = await startWebhookReceiver()
  })
  afterEach(() => receiver.close())

  it('is signed with the key, together with the time', async () => {
    await postWebhook(channelOf('json', receiver.url), delivery, words, 'a-key-of-the-test')
    const [posted] = receiver.taken
    if (posted === undefined) throw new Error('nothing was posted')
    const { headers, body } = posted
    const signed = createHmac('sha256', 'a-key-of-the-test')
      .update(`${String(headers['x-almanac-timestamp'])}.${body}`)
      .digest('hex')
    expect(headers['x-almanac-signature']).toBe(`sha256=${signed}`)
    expect(headers['x-almanac-id']).toBe(delivery.id)
    expect(JSON.parse(body)).toMatchObject({
      event: 'began',
      key: 'source-partial mod-stats modrinth',
      severity: 'warning',
      since: '2026-11-30T05:59:00.000Z',
      next: './almanac runs mod-stats',
    })
  })

  it('that is refused is a failure, and does not tell its address', async () => {
    receiver.setAway(true)
    const posting = postWebhook(channelOf('json', `${receiver.url}/secret-path`), delivery, words, undefined)
    await expect(posting).rejects.toThrow(/answered 503/)
    await expect(posting).rejects.not.toThrow(/secret-path/)
  })
})

describe('a webhook that redirects', () => {
  let server: Server
  beforeEach(async () => {
    server = createServer((_, response) => {
      response.writeHead(301, { location: 'https://new.example.org/hook/secret-path?key=secret' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  )

  it('is a failure that says where to, not its path, and what to change', async () => {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const posting = postWebhook(channelOf('json', `http://${host}/old-secret`), delivery, words, undefined)
    await expect(posting).rejects.toThrow(
      new Error(
        `${host} answered 301: it redirects to https://new.example.org. Write its new address in almanac.yaml, channel team.`,
      ),
    )
  })
})

describe('e-mail', () => {
  let server: SMTPServer
  let refusals: number
  let mails: string[]
  beforeEach(async () => {
    refusals = 0
    mails = []
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        void text(stream).then((mail) => {
          if (refusals-- > 0) {
            done(Object.assign(new Error('try again later'), { responseCode: 451 }))
            return
          }
          mails.push(mail)
          done()
        })
      },
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
  })
  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve)
      }),
  )
  const settings = () => ({
    smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    from: 'almanac@example.org',
  })

  it('has the finding as its subject, and the same id at every try', async () => {
    refusals = 1
    await expect(sendMail('me@example.org', delivery, words, settings())).rejects.toThrow(/451|try again/)
    await sendMail('me@example.org', delivery, words, settings())
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain('Message-ID: <0b5e@almanac>')
    expect(mails[0]).toContain('Subject: =?UTF-8?Q?=5BAlmanac_box=5D_modrinth_')
  })

  it('without a mail server names the setting', async () => {
    const sending = sendMail('me@example.org', delivery, words, { smtpUrl: undefined, from: 'a@example.org' })
    await expect(sending).rejects.toMatchObject({
      type: 'Misconfigured',
      message: expect.stringContaining('SMTP_URL') as string,
    })
  })
})
