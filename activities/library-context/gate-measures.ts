/**
 * What the quality gate counts in a text: words, code and names, without boilerplate and without the content of the
 * README.
 */
import { NOTES_TITLE, OWN_LINES } from './tree/context-lines.ts'
import { wordsIn } from './tree/document-text.ts'

export interface TextMeasures {
  words: number
  wordsBeyondReadme: number
  /** Fenced blocks + indented lines / 3 + `>>>` beyond the README, rounded down. */
  codeBlocks: number
  /** Identifiers that are not in the README. */
  names: Set<string>
}

/**
 * Longest measured text: the largest context of the known libraries has 3.5 MB. A verdict on this much holds for the
 * rest, and an endless text must not block the process (1 MB costs about 150 ms).
 */
const MAX_CHARACTERS = 4 * 1024 * 1024
/** A README of more is no README; its runs of words are kept as products of numbers, which have to stay exact. */
const MAX_README_CHARACTERS = 256 * 1024
/** A converter writes a paragraph as one line; longer lines are data. */
const MAX_LINE_CHARACTERS = 8_000
/** Lines of a theme are short. */
const MAX_BOILERPLATE_CHARACTERS = 200
/** A README wrapped anew is still the README: so many words in a row are compared, and so great a share of them. */
const RUN_WORDS = 3
const SAME_SHARE = 0.8
/** Three indented lines show about as much as one fenced block does at its least. */
const INDENTED_LINES_PER_BLOCK = 3

/** Lines that themes and converters add. Whole lines, so that a sentence with one of these words stays. */
const BOILERPLATE = [
  /^[\s|*•·+-]*(navigation|quick ?search|search|search page|index|module index|modules?|next|previous|contents?|table of contents|on this page|this page|show source|view page source|page source|edit on github|skip to (main )?content|back to top|documentation|related topics|documentation overview|previous topic|next topic|indices and tables|genindex|modindex|home|menu|toggle .{0,40}|\[docs\]|\[source\]|«|»|¶)[\s|*•·:¶»«]*$/i,
  /^[\s|]*(©|\(c\)|copyright\b)/i,
  /\b(created using|built with|powered by) \[?sphinx/i,
  /^\s*(\.\. )?(image|figure|\|[^|]*\| image)::/i,
  /^\s*:(target|alt|width|height|align|scale|maxdepth|caption|hidden|glob):/i,
  /^#.*\| Complete Documentation\b/,
  /^\s*\.\. (_|toctree|contents|include|raw|meta|currentmodule|autosummary|automod\w*)/i,
  /^\s*([-=~^"'*_+#`:.]\s?){3,}\s*$/,
]

/** A badge, or any picture: its text is for those who do not see it. */
const PICTURE = /!\[[^\][]*\](\([^()\s]*\)|\[[^\][]*\])?/g
/** A link loses its target and keeps its text. */
const LINK = /\[([^\][]*)\](\([^()\s]*( "[^"]*")?\)|\[[^\][]*\])/g
const ADDRESS = /<?\b(https?|ftp):\/\/[^\s<>)\]]+>?/gi
const HEADING = /^#{1,6}\s/

/** Measures a text against the library's README. */
export function measureText(markdown: string, readme: string): TextMeasures {
  const isInReadme = readmeTest(readme)
  const counts = { words: 0, wordsBeyondReadme: 0, fenced: 0, indented: 0, prompts: 0 }
  const names = new Set<string>()
  for (const { line, isFenced, opensBlock } of linesOf(markdown)) {
    const text = withoutTargets(line)
    if (line === `## ${NOTES_TITLE}`) break
    if (!isFenced && isBoilerplate(line, text)) continue
    const isTitle = !isFenced && HEADING.test(text)
    const count = isTitle ? 0 : wordsIn(text)
    counts.words += count
    if (isInReadme(text)) continue
    counts.wordsBeyondReadme += count
    for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) names.add(name)
    if (opensBlock()) counts.fenced++
    else if (!isFenced && /^( {4}|\t)\s*[^\s*+-]/.test(line)) counts.indented++
    if (/^\s*>>>/.test(line)) counts.prompts++
  }
  const { words, wordsBeyondReadme, fenced, indented, prompts } = counts
  const codeBlocks = Math.floor(fenced + indented / INDENTED_LINES_PER_BLOCK + prompts)
  return { words, wordsBeyondReadme, codeBlocks, names }
}

interface MarkedLine {
  line: string
  isFenced: boolean
  /** True once for each fenced block, at its first line that is asked for. */
  opensBlock: () => boolean
}

/** Lines that are not empty, without the marks of fences. */
function* linesOf(markdown: string): Generator<MarkedLine> {
  let fence: string | undefined
  let isCounted = false
  for (const whole of markdown.slice(0, MAX_CHARACTERS).split('\n')) {
    const line = whole.slice(0, MAX_LINE_CHARACTERS)
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined
      isCounted = false
    } else if (line.trim() !== '') {
      const opensBlock = () => {
        const isFirst = fence !== undefined && !isCounted
        isCounted ||= isFirst
        return isFirst
      }
      yield { line, isFenced: fence !== undefined, opensBlock }
    }
  }
}

function isBoilerplate(line: string, text: string): boolean {
  if (OWN_LINES.some((beginning) => line.startsWith(beginning))) return true
  if (!/\p{L}/u.test(text)) return true
  return text.length <= MAX_BOILERPLATE_CHARACTERS && BOILERPLATE.some((pattern) => pattern.test(text))
}

/** A line as it is read: no addresses, no pictures, and `compute\_mean` without the converter's backslash. */
function withoutTargets(line: string): string {
  const linked = line.includes('[') ? line.replace(PICTURE, ' ').replace(LINK, '$1') : line
  const named = linked.includes('://') ? linked.replace(ADDRESS, ' ') : linked
  return named.includes('\\') ? named.replace(/\\([_*`[\]])/g, '$1') : named
}

/** Bare words: a line without any markup. */
function bareWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/**
 * Returns a test whether a line is in the README. A short line is if its words follow each other there; a long one,
 * which another wrapping may have joined, if nearly all its runs of three words do.
 */
function readmeTest(readme: string): (line: string) => boolean {
  const numbers = new Map<string, number>()
  const lines = readme.slice(0, MAX_README_CHARACTERS).split('\n')
  const said = lines.map(withoutTargets).flatMap(bareWords)
  for (const word of said) if (!numbers.has(word)) numbers.set(word, numbers.size + 1)
  const base = numbers.size + 1
  const runs = new Set(runsOf(said, numbers, base))
  const pairs = new Set(pairwise(said))
  return (line) => {
    const words = bareWords(line)
    if (words.length < RUN_WORDS)
      return words.every((word) => numbers.has(word)) && pairwise(words).every((pair) => pairs.has(pair))
    const own = runsOf(words, numbers, base)
    return own.filter((run) => runs.has(run)).length / own.length >= SAME_SHARE
  }
}

/** Each two words that follow each other. */
function pairwise(words: readonly string[]): string[] {
  return words.slice(1).map((second, at) => `${words[at] ?? ''} ${second}`)
}

/** Each run of three words as one number; 0 if a word of it is not in the README. */
function runsOf(words: readonly string[], numbers: ReadonlyMap<string, number>, base: number): number[] {
  const found = words.map((word) => numbers.get(word) ?? 0)
  return found.slice(RUN_WORDS - 1).map((third, at) => {
    const [first = 0, second = 0] = [found[at], found[at + 1]]
    return first * second * third === 0 ? 0 : (first * base + second) * base + third
  })
}
