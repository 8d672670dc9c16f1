/** How much text a context may hold, counted in estimated tokens. */

/**
 * Characters of one token. Every model tokenizes differently, and no tokenizer is shipped for an estimate; vendors
 * state four for English. Code is nearer to three, so a budget does not guarantee that a text fits into a model's
 * window.
 */
export const CHARACTERS_PER_TOKEN = 4

/** Estimated tokens of a text, rounded up: texts that fit one by one fit together. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** Returns the beginning of a text within this many tokens, up to a line's end if there is one. */
export function cutTo(text: string, tokens: number): string {
  const most = Math.max(0, tokens) * CHARACTERS_PER_TOKEN
  if (text.length <= most) return text
  const lineEnd = text.lastIndexOf('\n', most)
  // A text of one long line is cut within the line, not dropped.
  return text.slice(0, lineEnd > most / 2 ? lineEnd : most)
}

export interface Budget {
  readonly left: number
  /** Takes this many tokens if they are available, down to `floor` tokens that are reserved for others. */
  take: (tokens: number, floor?: number) => boolean
  give: (tokens: number) => void
}

export function createBudget(maxTokens: number): Budget {
  let left = maxTokens
  return {
    get left() {
      return left
    },
    take: (tokens, floor = 0) => {
      if (left - tokens < floor) return false
      left -= tokens
      return true
    },
    give: (tokens) => {
      left += tokens
    },
  }
}
