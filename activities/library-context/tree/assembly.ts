/** Fills a context within its budget, and records what does not fit. */
import { cutTo, tokensOf, type Budget } from './budget.ts'
import { CUT_LINE, NOTES_TITLE } from './context-lines.ts'
import { fencesClosed } from './document-text.ts'
import { OUTLINE_SIZES, piece, type Piece, type SourcePieces } from './pieces.ts'

/** Titles of the sections, in the order of the text. */
export const SECTIONS = {
  documents: 'Documents',
  readme: 'README',
  docs: 'Documentation',
  api: 'Public names',
  examples: 'Examples and notebooks',
  sources: 'Sources',
  notes: NOTES_TITLE,
} as const

export type Section = keyof typeof SECTIONS

/** A text that may be cut: the README, and the documents that another engine made. */
interface LongText {
  section: 'documents' | 'readme'
  path: string
  text: string
}

export interface Assembly {
  budget: Budget
  chosen: Record<Section, Piece[]>
  /** Long texts that are cut so far. */
  cut: LongText[]
}

export function createAssembly(budget: Budget): Assembly {
  return {
    budget,
    chosen: { documents: [], readme: [], docs: [], api: [], examples: [], sources: [], notes: [] },
    cut: [],
  }
}

/** Takes what fits, in order, down to `floor` tokens that are reserved for others; returns what does not fit. */
export function takeAll(
  { budget, chosen }: Assembly,
  section: Section,
  pieces: readonly Piece[],
  floor = 0,
): Piece[] {
  return pieces.filter((one) => {
    const isTaken = budget.take(one.tokens, floor)
    if (isTaken) chosen[section].push(one)
    return !isTaken
  })
}

/** Takes a long text as far as `floor` allows: whole, or its beginning, which `regrow` lengthens when room is left. */
export function takeLong({ budget, chosen, cut }: Assembly, long: LongText, floor: number): void {
  const { section, path, text } = long
  const whole = piece(path, fencesClosed(text))
  if (budget.take(whole.tokens, floor)) {
    chosen[section] = [whole]
    return
  }
  cut.push(long)
  const overhead = piece(path, CUT_LINE).tokens + tokensOf('\n````````')
  const room = Math.floor(Math.max(0, budget.left - floor)) - overhead
  const beginning = piece(path, fencesClosed(cutTo(text, room)) + CUT_LINE)
  // A fence of a thousand ticks may make the piece longer than the room: then it is left out.
  if (room > 0 && budget.take(beginning.tokens)) chosen[section] = [beginning]
}

/** Gives the remaining room to the texts that were cut; returns the paths of those still cut. */
export function regrow(assembly: Assembly): string[] {
  const { budget, chosen } = assembly
  for (const long of assembly.cut.splice(0)) {
    budget.give(chosen[long.section][0]?.tokens ?? 0)
    chosen[long.section] = []
    takeLong(assembly, long, 0)
  }
  return assembly.cut.map(({ path }) => `${path} (its end)`)
}

/** Outlines of all modules: first each one's smallest, then all of them grown, step by step, while there is room. */
export function takeOutlines(
  { budget, chosen }: Assembly,
  sources: readonly SourcePieces[],
  floor: number,
): void {
  const taken = new Map<string, Piece>()
  for (let size = 0; size < OUTLINE_SIZES; size++) {
    for (const { path, outlines } of sources) {
      const one = outlines[size]
      const cost = (one?.tokens ?? 0) - (taken.get(path)?.tokens ?? 0)
      if (one !== undefined && budget.take(cost, floor)) taken.set(path, one)
    }
  }
  chosen.api = sources.map(({ path }) => taken.get(path)).filter((one) => one !== undefined)
}

/** Replaces outlines by whole sources while there is room; returns the paths that stay outlines. */
export function takeSources({ budget, chosen }: Assembly, sources: readonly SourcePieces[]): string[] {
  const outlines = new Map(chosen.api.map((one) => [one.path, one]))
  for (const { path, whole } of sources) {
    const instead = outlines.get(path)
    if (!budget.take(whole.tokens - (instead?.tokens ?? 0))) continue
    outlines.delete(path)
    chosen.sources.push(whole)
  }
  chosen.api = [...outlines.values()]
  return [...outlines.keys()]
}

/** The text of all sections that hold something. */
export function sectionsText({ chosen }: Assembly): string {
  return (Object.keys(SECTIONS) as Section[])
    .filter((section) => chosen[section].length > 0)
    .map((section) => headingOf(section) + chosen[section].map(({ text }) => text).join(''))
    .join('')
}

/** Tokens of all headings, used or not. */
export function headingTokens(): number {
  return tokensOf((Object.keys(SECTIONS) as Section[]).map(headingOf).join(''))
}

function headingOf(section: Section): string {
  return `## ${SECTIONS[section]}\n\n`
}
