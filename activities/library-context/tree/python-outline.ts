/**
 * The docstrings, signatures and public names of a Python module, read from its text. Nothing is executed or imported.
 * The parser recovers from syntax errors, so Python 2 has an outline too.
 */
import { setImmediate } from 'node:timers/promises'
import { parser } from '@lezer/python'
import { docstringOf, stringOf } from './python-string.ts'

export type SyntaxNode = ReturnType<typeof parser.parse>['topNode']

export interface OutlineMember {
  kind: 'class' | 'def' | 'attribute'
  name: string
  /** In one line, as in the source, without the colon: `def area(self, radius: float = 1) -> float`. */
  signature: string
  doc: string | undefined
  /** Public methods and annotated attributes of a class. */
  members: OutlineMember[]
}

export interface PythonOutline {
  doc: string | undefined
  /** `__all__`, if it is written as plain strings. */
  exported: string[] | undefined
  /** Public classes and functions of the module itself, not of its functions. */
  members: OutlineMember[]
}

/** CPython rejects 200 nested parentheses; many more unclosed brackets would exhaust the parser. */
const MAX_OPEN_BRACKETS = 2_000
/** Parser steps between two yields to the rest of the process: about five milliseconds. */
const STEPS_BETWEEN_BREATHS = 4_000
/** Maximum depth of `if`, `try` and `with` in which definitions are searched. */
const MAX_BRANCHES = 8
/** Maximum length of a signature: a table as a default value is cut. */
const SIGNATURE_CHARACTERS = 400
/** Comments and indentation are part of what is read. */
const READ_CHARACTERS = 10 * SIGNATURE_CHARACTERS

/** Called without being named in the source, and so part of the interface of a class. */
const OFFERED_METHODS = new Set(['__init__', '__call__'])

/** The outline of a module's text; undefined if its nesting exceeds what Python accepts. Throws the signal's reason. */
export async function outlineOf(text: string, signal: AbortSignal): Promise<PythonOutline | undefined> {
  const top = await parsed(text, signal)
  if (top === undefined) return undefined
  const { exported, found } = bodyOf(top, text)
  const listed = exported === undefined ? undefined : new Set(exported)
  const isPublic = (name: string) => listed?.has(name) ?? !name.startsWith('_')
  return { doc: docOf(top, text), exported, members: publicOf(found, isPublic) }
}

async function parsed(text: string, signal: AbortSignal): Promise<SyntaxNode | undefined> {
  if (openBrackets(text) > MAX_OPEN_BRACKETS) return undefined
  const parse = parser.startParse(text)
  try {
    for (let step = 1; ; step++) {
      const tree = parse.advance()
      if (tree !== null) return tree.topNode
      if (step % STEPS_BETWEEN_BREATHS !== 0) continue
      await setImmediate()
      signal.throwIfAborted()
    }
  } catch (error) {
    // The parser is recursive: a stack overflow by an endless `not not not …` is not a defect of ours.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The most brackets open at once, strings included: an upper bound, not an exact count. */
function openBrackets(text: string): number {
  let open = 0
  let most = 0
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) {
    if ('([{'.includes(bracket)) most = Math.max(most, ++open)
    else open = Math.max(0, open - 1)
  }
  return most
}

interface Definition {
  node: SyntaxNode
  name: string
  decorators: string[]
  /** Methods are read by their class. */
  text: string
}

interface BodyFound {
  exported: string[] | undefined
  found: (Definition | OutlineMember)[]
}

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) yield child
}

/** Definitions of a module or class, also those in the branches of its `if`, `try` and `with`. */
function bodyOf(body: SyntaxNode, text: string, branches = 0): BodyFound {
  const result: BodyFound = { exported: undefined, found: [] }
  for (const child of childrenOf(body)) {
    const definition = definitionOf(child, text)
    if (definition !== undefined) result.found.push(definition)
    else if (child.name === 'AssignStatement') assigned(child, text, result)
    else if (child.name === 'UpdateStatement') extended(child, text, result)
    else if (/^(If|Try|With)Statement$/.test(child.name) && branches < MAX_BRANCHES) {
      if (/^if\s+\(?__name__/.test(text.slice(child.from, child.from + 40))) continue
      for (const part of child.getChildren('Body')) {
        const inner = bodyOf(part, text, branches + 1)
        for (const one of inner.found) result.found.push(one)
        result.exported ??= inner.exported
      }
    }
  }
  return result
}

function definitionOf(node: SyntaxNode, text: string): Definition | undefined {
  const decorators = node.getChildren('Decorator').map(({ from, to }) => text.slice(from + 1, to).trim())
  const inner = node.name === 'DecoratedStatement' ? node.lastChild : node
  if (inner?.name !== 'FunctionDefinition' && inner?.name !== 'ClassDefinition') return undefined
  const named = inner.getChild('VariableName')
  if (named === null) return undefined
  return { node: inner, name: text.slice(named.from, named.to), decorators, text }
}

/** `__all__ = [...]`, or an annotated name such as a dataclass's field. */
function assigned(node: SyntaxNode, text: string, result: BodyFound): void {
  const target = node.firstChild
  if (target?.name !== 'VariableName') return
  const name = text.slice(target.from, target.to)
  if (name === '__all__') {
    result.exported = namesOf(node.lastChild, text)
  } else if (node.getChild('TypeDef') !== null) {
    const signature = oneLine(node, text)
    result.found.push({ kind: 'attribute', name, signature, doc: undefined, members: [] })
  }
}

/** `__all__ += [...]`; with anything else than plain names the whole list is unknown. */
function extended(node: SyntaxNode, text: string, result: BodyFound): void {
  const target = node.firstChild
  if (target === null || text.slice(target.from, target.to) !== '__all__') return
  const more = namesOf(node.lastChild, text)
  if (more === undefined) result.exported = undefined
  else for (const name of more) result.exported?.push(name)
}

/** The strings of a list or tuple; undefined if it contains anything else. */
function namesOf(node: SyntaxNode | null, text: string): string[] | undefined {
  if (node?.name !== 'ArrayExpression' && node?.name !== 'TupleExpression') return undefined
  const names: string[] = []
  for (const child of childrenOf(node)) {
    if (/^([[\](),]|Comment)$/.test(child.name)) continue
    const name = child.name === 'String' ? stringOf(text.slice(child.from, child.to)) : undefined
    if (name === undefined) return undefined
    names.push(name)
  }
  return names
}

/** The public ones, each name once: the first that is no `@overload`, and no setter of a property. */
function publicOf(found: BodyFound['found'], isPublic: (name: string) => boolean): OutlineMember[] {
  const members = new Map<string, { member: OutlineMember; isOverload: boolean }>()
  for (const one of found) {
    const decorators = 'decorators' in one ? one.decorators : []
    if (!isPublic(one.name) || decorators.some((name) => /\.(setter|deleter)$/.test(name))) continue
    const isOverload = decorators.some((name) => /\boverload$/.test(name))
    if (members.get(one.name)?.isOverload === false) continue
    if (isOverload && members.has(one.name)) continue
    members.set(one.name, { member: 'node' in one ? memberOf(one) : one, isOverload })
  }
  return [...members.values()].map(({ member }) => member)
}

function memberOf({ node, name, decorators, text }: Definition): OutlineMember {
  const body = node.getChild('Body')
  const isClass = node.name === 'ClassDefinition'
  const head = oneLine(node, text, body?.from ?? node.to)
  const marks = decorators.filter((mark) =>
    /^(\w+\.)*(\w*property|staticmethod|classmethod|dataclass)\b/.test(mark),
  )
  const methods = isClass && body !== null ? bodyOf(body, text).found : []
  return {
    kind: isClass ? 'class' : 'def',
    name,
    doc: body === null ? undefined : docOf(body, text),
    signature: [...marks.map((mark) => `@${mark.replace(/\s+/g, ' ').slice(0, 80)}`), head].join('\n'),
    members: publicOf(methods, (method) => !method.startsWith('_') || OFFERED_METHODS.has(method)),
  }
}

/** The source between two places in one line: comments dropped, line breaks closed up. */
function oneLine(node: SyntaxNode, text: string, end = node.to): string {
  // Longer text is cut anyway; a signature of half a megabyte must not be processed first.
  const last = Math.min(end, node.from + READ_CHARACTERS)
  let said = ''
  let from = node.from
  const cursor = node.cursor()
  while (cursor.next() && cursor.from < last) {
    if (cursor.name !== 'Comment') continue
    said += text.slice(from, cursor.from)
    from = cursor.to
  }
  const line = `${said}${text.slice(from, last)}`
    .split('\n')
    .map((part) => part.trim().replace(/\\$/, '').trimEnd())
    .join(' ')
    .replace(/ {2,}/g, ' ')
    .replace(/([([{]) /g, '$1')
    .replace(/,? ([)\]}])/g, '$1')
    .trim()
  return line.length > SIGNATURE_CHARACTERS ? `${line.slice(0, SIGNATURE_CHARACTERS)} …` : line
}

/** The first string of a module, class or function. */
function docOf(body: SyntaxNode, text: string): string | undefined {
  for (const child of childrenOf(body)) {
    if (child.name === ':' || child.name === 'Comment') continue
    if (child.name !== 'ExpressionStatement') return undefined
    const value = child.firstChild
    if (value?.name !== 'String' && value?.name !== 'ContinuedString') return undefined
    const parts = value.name === 'String' ? [value] : [...childrenOf(value)]
    return docstringOf(parts.map(({ from, to }) => text.slice(from, to)))
  }
  return undefined
}
