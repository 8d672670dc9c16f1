/** Headers of every answer: a browser loads nothing from elsewhere, shows it in no foreign frame, and guesses no type. */
import type { ServerResponse } from 'node:http'

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** Sets them on the answer itself: also what a route streams past the framework has them. */
export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
}
