/**
 * A repository's name on GitHub, `Owner/Name`, read from whatever people write as its address. Clone and request
 * addresses are built from such a name alone, never from the address that was found: a name has no host, no path and
 * no option in it.
 */

/** An owner has at most 39 letters, digits and dashes, a name at most 100 (GitHub's own rules). */
const OWNER = '[A-Za-z0-9][A-Za-z0-9-]{0,38}'
const NAME_CHARS = '[A-Za-z0-9._-]'

/** A whole `Owner/Name`: neither `.` nor `..`, which would be folders, nor with the ending that git adds. */
export const FULL_NAME = new RegExp(`^${OWNER}/(?!\\.{1,2}$)(?!.*\\.[gG][iI][tT]$)${NAME_CHARS}{1,100}$`)

/** First parts of GitHub's own pages, not accounts. Everything below them is a page, not a repository. */
const PAGES = new Set(
  [
    'about account advisories apps assets blog business codesearch codespaces collections contact contributing',
    'copilot customer-stories dashboard developer discussions enterprise events explore features gist gists',
    'git-guides home import integrations issues join login logout marketplace mobile models new notifications',
    'open-source organizations orgs partners password_reset personal premium-support pricing projects pulls',
    'readme repos resources search security sessions settings signup site solutions sponsors stars stories team',
    'topics trending user-attachments users watching why-github',
  ].flatMap((line) => line.split(' ')),
)

/** A host of another name must not end like this one; a name that goes on in letters of another alphabet is none. */
const IN_TEXT = new RegExp(
  `(?<![A-Za-z0-9._-])(?:www\\.)?github\\.com(?::\\d{1,5})?[/:]/*(${OWNER})/+(${NAME_CHARS}+)(?![\\p{L}\\p{N}%._-])`,
  'giu',
)
/** What may stand before the host: the ways that git and people write. */
const BEFORE_HOST =
  /^\s*(?:git\+)?(?:https?:\/\/|git:\/\/|ssh:\/\/)?(?:[^\s/@]*@)?(?=(?:www\.)?github\.com[:/])/i
/** Longer is no name, also once its ending is off; keeps the cost of a senseless text low. */
const MAX_NAME_CHARS = 120

/** For comparing: GitHub takes names in any case. */
export const foldCase = (fullName: string): string => fullName.toLowerCase()

/**
 * The repository that one address leads to, in the case in which it was written; undefined if it leads to none: another
 * host, a gist, a page of an owner or of GitHub itself. Takes http and https, `www.`, git's own address forms, `.git`,
 * deeper paths, queries, fragments and the punctuation that a sentence leaves behind.
 */
export function repositoryIn(address: string): string | undefined {
  const before = BEFORE_HOST.exec(address)?.[0]
  if (before === undefined) return undefined
  const [first] = mentionsIn(address.slice(before.length))
  return first?.at === 0 ? first.fullName : undefined
}

/** All repositories that a text names by an address, each once, in order. */
export function repositoriesInText(text: string): string[] {
  return distinct(Array.from(mentionsIn(text), ({ fullName }) => fullName))
}

/** Each name once, in the case of its first occurrence. */
export function distinct(fullNames: Iterable<string>): string[] {
  const found = new Map<string, string>()
  for (const fullName of fullNames) {
    if (!found.has(foldCase(fullName))) found.set(foldCase(fullName), fullName)
  }
  return [...found.values()]
}

function* mentionsIn(text: string): Generator<{ fullName: string; at: number }> {
  for (const { 1: owner = '', 2: name = '', index } of text.matchAll(IN_TEXT)) {
    if (name.length > MAX_NAME_CHARS || PAGES.has(foldCase(owner))) continue
    // The dot that ends a sentence, and `.git`, in whatever order they were put there. A dash may end a name.
    const fullName = `${owner}/${withoutEnding(name)}`
    if (FULL_NAME.test(fullName)) yield { fullName, at: index }
  }
}

function withoutEnding(name: string): string {
  const shorter = name.replace(/\.(?:git)?$/i, '')
  return shorter === name ? name : withoutEnding(shorter)
}
