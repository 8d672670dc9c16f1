/**
 * Which repositories belong to a domain: keywords are searched in `owner/name` alone, so that no request is needed.
 * Pure.
 */
import { distinct, foldCase } from '../../upstreams/github/repository-name.ts'

/**
 * `substring` finds a keyword anywhere in `owner/name`, as the previous collector did ('gal' also in 'kugala'); `words`
 * only if no letter or digit is next to it.
 */
export type KeywordMatch = 'substring' | 'words'

export interface KeywordRule {
  /** Case-insensitive; may contain a slash. Without any, every name belongs: a list or a search has chosen already. */
  keywords: readonly string[]
  match: KeywordMatch
}

export interface DomainRule extends KeywordRule {
  /** Full names that belong, whatever their name says. */
  always: readonly string[]
  /** Full names that never belong; wins over `always`. */
  never: readonly string[]
}

/** Whether a full name belongs by its keywords. */
export function matches(fullName: string, rule: KeywordRule): boolean {
  return matcher(rule)(fullName)
}

/**
 * The full names of a domain: of `names` those that match or always belong, then what always belongs besides. Each once, in
 * any case, as first written.
 */
export function selectCandidates(names: readonly string[], domain: DomainRule): string[] {
  const belongs = matcher(domain)
  const always = new Set(domain.always.map(foldCase))
  const never = new Set(domain.never.map(foldCase))
  const wanted = (name: string): boolean => always.has(foldCase(name)) || belongs(name)
  return distinct([...names, ...domain.always]).filter((name) => wanted(name) && !never.has(foldCase(name)))
}

function matcher({ keywords, match }: KeywordRule): (fullName: string) => boolean {
  // An empty keyword, as a typo leaves it, would be a substring of every name.
  const wanted = keywords.map((keyword) => foldCase(keyword.trim())).filter((keyword) => keyword !== '')
  if (wanted.length === 0) return () => true
  if (match === 'substring')
    return (fullName) => wanted.some((keyword) => foldCase(fullName).includes(keyword))
  const escaped = wanted.map((keyword) => keyword.replaceAll(/[^a-z0-9]/g, String.raw`\$&`))
  const anyWord = new RegExp(`(?<![a-z0-9])(?:${escaped.join('|')})(?![a-z0-9])`)
  return (fullName) => anyWord.test(foldCase(fullName))
}
