/** Recognises a firewall's page in place of the upstream's response. */

const TITLES =
  /<title[^<>]*>\s*(?:just a moment|attention required|one moment, please|ddos-guard|access denied|please wait)/i
/** `challenge-platform` is no sign: Cloudflare adds that script to ordinary pages too. */
const MARKS =
  /_cf_chl_opt|cf-browser-verification|cf-challenge-running|id="challenge-(?:form|running|error-text)"/i
const PHRASES = [
  /checking your browser/i,
  /just a moment/i,
  /enable javascript and cookies to continue/i,
  /sorry, you have been blocked/i,
  /verify(?:ing)? (?:that )?you are (?:a )?human/i,
  /configured to block access from your country/i,
  /request blocked\.\s+we can't connect to the server/i,
]

/** A challenge has some tens of kilobytes, marks in its head; a page of megabytes would hold the event loop. */
const SEARCHED_CHARS = 256 * 1024

/** True if a body is a web page, by its header or its first character. */
export function looksLikeHtml(headers: Headers, body: string): boolean {
  return (headers.get('content-type') ?? '').includes('html') || body.trimStart().startsWith('<')
}

/** True if the page is a firewall's challenge or block, whatever status it came with (Cloudflare also sends 200). */
export function isChallenge(headers: Headers, body: string): boolean {
  if (headers.get('cf-mitigated') === 'challenge') return true
  if (!looksLikeHtml(headers, body)) return false
  const page = body.slice(0, SEARCHED_CHARS)
  return TITLES.test(page) || MARKS.test(page) || PHRASES.some((phrase) => phrase.test(page))
}
