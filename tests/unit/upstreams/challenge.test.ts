import { describe, expect, it } from 'vitest'
import { isChallenge, looksLikeHtml } from '../../../upstreams/challenge.ts'

const html = (head: string, body = ''): string =>
  `<!DOCTYPE html><html><head>${head}</head><body>${body}</body></html>`
const none = new Headers()

describe('a page of a firewall', () => {
  it.each([
    ['its title', html('<title>Just a moment...</title>')],
    ['a block by its title', html('<title>Attention Required! | Cloudflare</title>')],
    ['another firewall', html('<title>DDoS-Guard</title>')],
    ['its script', html('<title>www.curseforge.com</title>', '<script>window._cf_chl_opt={}</script>')],
    ['its form', html('<title>x</title>', '<form id="challenge-form" method="post"></form>')],
    ['its words', html('<title>x</title>', '<h1>Checking your browser before accessing</h1>')],
    ['a block by its words', html('<title>x</title>', '<h1>Sorry, you have been blocked</h1>')],
    ['a country block', html('<title>ERROR</title>', 'configured to block access from your country')],
  ])('recognises a firewall page by %s', (_name, body) => {
    expect(isChallenge(none, body)).toBe(true)
  })

  it('recognises a firewall page by its header, even without a body', () => {
    expect(isChallenge(new Headers({ 'cf-mitigated': 'challenge' }), '')).toBe(true)
  })

  it.each([
    [
      'an ordinary page behind the same firewall',
      html('<title>Mods</title>', '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js">'),
    ],
    ['an ordinary error page', html('<title>502 Bad Gateway</title>', 'nginx')],
    ['JSON that says its words', '{"error":"just a moment"}'],
    ['nothing', ''],
  ])('does not mistake %s for a firewall page', (_name, body) => {
    expect(isChallenge(none, body)).toBe(false)
  })
})

it('recognises a web page by its header or its first character', () => {
  expect(looksLikeHtml(new Headers({ 'content-type': 'text/html' }), 'x')).toBe(true)
  expect(looksLikeHtml(none, '\n <html>')).toBe(true)
  expect(looksLikeHtml(none, '{"a":"<p>"}')).toBe(false)
})
