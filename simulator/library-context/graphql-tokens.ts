/** The tokens of a GraphQL query. */

/** What is wrong with a query, and where. */
export class QueryError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, { line, column }: { line: number; column: number }) {
    super(message)
    this.line = line
    this.column = column
  }
}

/** A name, number, text or sign, and where it stands (both from 1). */
export interface Token {
  text: string
  line: number
  column: number
}

const TOKEN =
  /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[!$():=@[\]{}|&]/y
/** GraphQL takes commas for spaces. */
const IGNORED = /(?:[\s,\uFEFF]|#[^\n]*)+/y

/**
 * Cuts a query into tokens.
 * @throws QueryError at a character that begins none
 */
export function readTokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  let line = 1
  let lineStart = 0
  const passOver = (part: string) => {
    for (const [newline] of part.matchAll(/\n/g)) if (newline !== '') line += 1
    const last = part.lastIndexOf('\n')
    if (last >= 0) lineStart = at + last + 1
    at += part.length
  }
  while (at < text.length) {
    IGNORED.lastIndex = at
    passOver(IGNORED.exec(text)?.[0] ?? '')
    if (at >= text.length) break
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    const place = { line, column: at - lineStart + 1 }
    if (match === null) throw new QueryError(`Unexpected character: "${text.charAt(at)}"`, place)
    found.push({ text: match[0], ...place })
    passOver(match[0])
  }
  return found
}
