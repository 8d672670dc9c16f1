/** From a source tree to a judged context: what `programs/read-tree.ts` does in a process of its own. */
import { judge, type GateVerdict } from './quality-gate.ts'
import { plain } from './tree/document-text.ts'
import { publicSymbols, sourceWords } from './tree/public-symbols.ts'
import { readTree } from './tree/source-tree.ts'
import { joinContext, staticContext, type Context, type ContextRequest } from './tree/static-context.ts'

export interface TreeRequest {
  /** Folder of the source tree. */
  folder: string
  head: Omit<ContextRequest, 'tree'>
  /** The log of the engine that made the documents; undefined without documents. */
  log?: string
}

export interface JudgedContext extends GateVerdict {
  /** Undefined if documents did not pass: they are not joined with the tree. */
  context?: Context
}

/**
 * Reads a tree. With documents, these are judged, and joined with the tree if they pass; without any, the static
 * reader's context is made and judged. Throws `NotFound` if there is no such folder.
 */
export async function judgedContext(
  { folder, head, log }: TreeRequest,
  documents?: Buffer,
): Promise<JudgedContext> {
  const tree = await readTree(folder)
  const about = {
    readme: tree.readme?.text ?? '',
    symbols: publicSymbols(tree),
    sourceWords: sourceWords(tree),
  }
  if (documents === undefined) {
    const context = staticContext({ tree, ...head })
    return { ...judge({ markdown: context.markdown, ...about }), context }
  }
  const markdown = plain(documents.toString('utf8'))
  const verdict = judge({ markdown, ...about, ...(log === undefined ? {} : { log }) })
  return verdict.passed
    ? { ...verdict, context: joinContext({ tree, documents: markdown, ...head }) }
    : verdict
}
