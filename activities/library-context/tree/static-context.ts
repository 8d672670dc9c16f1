/**
 * Builds a context from a source tree, the most useful first, until its budget of tokens is used. Nothing is executed
 * and no clock is read: the same tree gives the same text.
 */
import {
  createAssembly,
  headingTokens,
  regrow,
  sectionsText,
  takeAll,
  takeLong,
  takeOutlines,
  takeSources,
  type Assembly,
} from './assembly.ts'
import { CHARACTERS_PER_TOKEN, createBudget, tokensOf } from './budget.ts'
import { footText, headText, type ContextHead } from './context-lines.ts'
import { plain, readable } from './document-text.ts'
import { filePiece, notebookPiece, sourcePieces, type Piece, type SourcePieces } from './pieces.ts'
import { repeatsOf } from './repeated-text.ts'
import type { SourceTree } from './source-tree.ts'

export interface ContextRequest extends ContextHead {
  tree: SourceTree
  /** Estimated tokens (`tokensOf`) of the whole text; at least `MIN_TOKENS`. */
  maxTokens: number
}

export interface Context {
  markdown: string
  tokens: number
  /** Paths left out for lack of room; a text that was cut has its path with `(its end)`. */
  left: string[]
  /** Paths of sources with their outline instead of their text for lack of room. */
  outlined: string[]
}

/** Below this there is no room for head, end and a page of README. */
export const MIN_TOKENS = 1_000

/** Tokens reserved for the lines about what is missing, and their share if the budget is small. */
const FOOT_TOKENS = 800
const FOOT_SHARE = 0.2

/**
 * Shares of the budget that are kept for what comes later, so that long prose cannot push out the names and signatures
 * (which are small, and what a reader asks for most), nor these the examples. What is not used goes to the next.
 */
const KEPT_AFTER = { readme: 0.7, documents: 0.35, docs: 0.4, outlines: 0.15 } as const

type Said = (text: string) => boolean

/** A context by the static reader: README, documentation, outlines, examples and notebooks, whole sources. */
export function staticContext(request: ContextRequest): Context {
  return assembled(request, undefined)
}

/**
 * A context around documents that another engine made: they come first, then the parts of the tree that do not repeat
 * them. Documents longer than their share are cut at a line's end; `left` then says so.
 */
export function joinContext(request: ContextRequest & { documents: string }): Context {
  return assembled(request, readable(plain(request.documents)))
}

function assembled(request: ContextRequest, documents: string | undefined): Context {
  const { tree, maxTokens } = request
  const head = headText(request)
  const footTokens = Math.floor(Math.min(FOOT_TOKENS, maxTokens * FOOT_SHARE))
  const assembly = createAssembly(createBudget(maxTokens - footTokens - tokensOf(head) - headingTokens()))
  const isSaid: Said =
    documents === undefined
      ? () => false
      : takeDocuments(assembly, documents, maxTokens * KEPT_AFTER.documents)
  const { left, outlined } = takeTree(assembly, request, isSaid)
  left.unshift(...regrow(assembly))
  const foot = footText({ left, outlined, skipped: tree.skipped }, footTokens * CHARACTERS_PER_TOKEN)
  const markdown = head + sectionsText(assembly) + foot
  return { markdown, tokens: tokensOf(markdown), left, outlined }
}

/** The other engine's documents, cut to their share; returns a test for what they already contain. */
function takeDocuments(assembly: Assembly, documents: string, floor: number): Said {
  takeLong(assembly, { section: 'documents', path: 'made documents', text: documents }, floor)
  return repeatsOf(assembly.chosen.documents[0]?.text ?? '')
}

/** Everything in the tree that the context does not contain yet. */
function takeTree(
  assembly: Assembly,
  { tree, maxTokens }: ContextRequest,
  isSaid: Said,
): { left: string[]; outlined: string[] } {
  const unsaid = (pieces: Piece[]) => pieces.filter(({ text }) => !isSaid(text))
  if (tree.readme !== undefined && !isSaid(tree.readme.text)) {
    takeLong(assembly, { section: 'readme', ...tree.readme }, maxTokens * KEPT_AFTER.readme)
  }
  const late = takeAll(assembly, 'docs', unsaid(tree.docs.map(filePiece)), maxTokens * KEPT_AFTER.docs)
  const sources = unsaidSources(tree.sources.map(sourcePieces), isSaid)
  takeOutlines(assembly, sources, maxTokens * KEPT_AFTER.outlines)
  const examples = unsaid([...tree.examples.map(filePiece), ...tree.notebooks.map(notebookPiece)])
  const noExamples = takeAll(assembly, 'examples', examples)
  const noDocs = takeAll(assembly, 'docs', late)
  inOrderOf(tree.docs, assembly.chosen.docs)
  const outlined = takeSources(assembly, sources)
  const shown = new Set([...assembly.chosen.api, ...assembly.chosen.sources].map(({ path }) => path))
  const noSources = sources.filter(({ path }) => !shown.has(path))
  const noNotes = takeAll(assembly, 'notes', unsaid(tree.notes.map(filePiece)))
  return { left: [noDocs, noExamples, noSources, noNotes].flat().map(({ path }) => path), outlined }
}

/** Documents that were added late are sorted by usefulness. */
function inOrderOf(docs: readonly { path: string }[], pieces: Piece[]): void {
  const order = new Map(docs.map(({ path }, at) => [path, at]))
  pieces.sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0))
}

/** Sources that the documents do not dump already; of these, outlines that they do not render already. */
function unsaidSources(sources: SourcePieces[], isSaid: Said): SourcePieces[] {
  return sources
    .filter(({ whole }) => !isSaid(whole.text))
    .map((source) => (isSaid(source.outlines.at(-1)?.text ?? '') ? { ...source, outlines: [] } : source))
}
