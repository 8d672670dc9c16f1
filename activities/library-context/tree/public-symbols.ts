/** The public names and the size of a library, which the quality gate compares a context with. */
import { wordsIn } from './document-text.ts'
import type { OutlineMember } from './python-outline.ts'
import type { SourceFile, SourceTree } from './source-tree.ts'

/**
 * The public names of the Python sources, each once: what `__all__` lists, else the classes and functions of a module
 * whose own name does not begin with an underscore, and the public methods of these classes: documentation mentions
 * methods as often as classes. Sources in other languages have none.
 */
export function publicSymbols({ sources }: SourceTree): string[] {
  const names = new Set<string>()
  for (const source of sources) for (const name of namesOf(source)) names.add(name)
  return [...names].filter((name) => /^[A-Za-z_]\w*$/.test(name) && !/^__\w+__$/.test(name))
}

function isPrivate(path: string): boolean {
  return path.split('/').some((name) => /^_(?!_init__\.)/.test(name))
}

function namesOf({ path, outline }: SourceFile): string[] {
  if (outline === undefined) return []
  const { exported, members } = outline
  if (exported === undefined && isPrivate(path)) return []
  return [...(exported ?? []), ...members.filter(isCallable).flatMap(withMethods)]
}

function withMethods({ name, members }: OutlineMember): string[] {
  return [name, ...members.filter(isCallable).map((method) => method.name)]
}

function isCallable({ kind }: OutlineMember): boolean {
  return kind !== 'attribute'
}

/** Words in all sources. */
export function sourceWords({ sources }: SourceTree): number {
  return sources.reduce((sum, { text }) => sum + wordsIn(text), 0)
}
