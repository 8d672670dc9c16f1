/** Which repositories belong to a domain: its keywords are looked for in `owner/name` alone, so that no request is needed. Pure. */
import { distinct, folded } from '../../upstreams/github/repository-name.ts'

/**
 * `substring` finds a keyword anywhere in `owner/name`, as the collector before this one did ('gal' also in 'kugala');
 * `words` only where no letter or digit stands beside it.
 */
export type KeywordMatch = 'substring' | 'words'

export interface KeywordRule {
  /** In any case; may hold a slash. Without a single one every name belongs: a list or a search has chosen already. */
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
  const always = new Set(domain.always.map(folded))
  const never = new Set(domain.never.map(folded))
  const wanted = (name: string): boolean => always.has(folded(name)) || belongs(name)
  return distinct([...names, ...domain.always]).filter((name) => wanted(name) && !never.has(folded(name)))
}

function matcher({ keywords, match }: KeywordRule): (fullName: string) => boolean {
  // An empty keyword, as a slip of the pen leaves it, would be a substring of every name.
  const wanted = keywords.map((keyword) => folded(keyword.trim())).filter((keyword) => keyword !== '')
  if (wanted.length === 0) return () => true
  if (match === 'substring') return (fullName) => wanted.some((keyword) => folded(fullName).includes(keyword))
  const escaped = wanted.map((keyword) => keyword.replaceAll(/[^a-z0-9]/g, String.raw`\$&`))
  const anyWord = new RegExp(`(?<![a-z0-9])(?:${escaped.join('|')})(?![a-z0-9])`)
  return (fullName) => anyWord.test(folded(fullName))
}
