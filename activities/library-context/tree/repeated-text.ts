/** Checks whether a document already contains a text, by runs of words: mark-up and line breaks do not matter. */

/** The same six words in a row rarely occur twice by chance. */
const RUN_WORDS = 6
/** Bits of the filter of runs: 8 MB; a document of 3 million words then has one false match in twenty runs. */
const FILTER_BITS = 26
/**
 * Share of a text's runs from which on it counts as contained. A rendered page loses directives, roles and references.
 */
const REPEATED_SHARE = 0.7

const WORD = /[A-Za-z0-9\u00C0-\uFFFF]+/g

/** A hash of each run of words (FNV-1a over words, mixed over the run). */
function* runsOf(text: string): Generator<number> {
  const last: number[] = []
  for (const [word] of text.matchAll(WORD)) {
    last.push(wordHash(word))
    if (last.length > RUN_WORDS) last.shift()
    if (last.length === RUN_WORDS) yield last.reduce((mixed, hash) => Math.imul(mixed, 31) + hash, 17) >>> 0
  }
}

function wordHash(word: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ (word.charCodeAt(at) | 32), 0x01000193)
  return hash
}

/**
 * Returns a test: does the document contain (nearly) all of a text? Texts of fewer than six words never count as
 * contained.
 */
export function repeatsOf(document: string): (text: string) => boolean {
  const seen = new Uint8Array(2 ** (FILTER_BITS - 3))
  const place = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> (32 - FILTER_BITS)
  for (const hash of runsOf(document)) {
    const at = place(hash)
    seen[at >>> 3] = (seen[at >>> 3] ?? 0) | (1 << (at & 7))
  }
  return (text) => {
    let runs = 0
    let known = 0
    for (const hash of runsOf(text)) {
      const at = place(hash)
      runs++
      if (((seen[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0) known++
    }
    return runs > 0 && known / runs >= REPEATED_SHARE
  }
}
