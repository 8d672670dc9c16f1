/** Reads a GraphQL query: operations, aliases, arguments, variables, fragments. Directives are read over. */
import { QueryError, readTokens, type Token } from './graphql-tokens.ts'

/** A value of an argument as written; a variable is looked up when it is asked for. */
export type QueryValue =
  | { is: 'literal'; value: string | number | boolean | null }
  | { is: 'variable'; name: string }
  | { is: 'list'; items: QueryValue[] }
  | { is: 'object'; fields: Record<string, QueryValue> }

export interface QueryField {
  name: string
  /** The key of the answer: the alias, or the name. */
  key: string
  arguments: Record<string, QueryValue>
  selections: QueryField[]
  line: number
  column: number
}

export interface QueryOperation {
  type: string
  fields: QueryField[]
  /** Defaults of the variables. */
  defaults: Record<string, QueryValue>
}

type RawField = Omit<QueryField, 'selections'> & { inner: Selection[] }
type Selection = { field: RawField } | { spread: string; at: Token } | { inline: Selection[] }

/** A query whose fragments go deeper spreads itself. */
const DEEPEST = 20

/**
 * Reads a query with one operation.
 * @throws QueryError where it cannot be read
 */
export function readQuery(text: string): QueryOperation {
  return new QueryReader(readTokens(text)).read()
}

/** Puts the fields of fragments where the fragments are spread. */
function resolved(
  selections: readonly Selection[],
  fragments: ReadonlyMap<string, Selection[]>,
  depth: number,
): QueryField[] {
  return selections.flatMap((selection) => {
    if ('field' in selection) {
      const { inner, ...field } = selection.field
      return [{ ...field, selections: resolved(inner, fragments, depth + 1) }]
    }
    if ('inline' in selection) return resolved(selection.inline, fragments, depth + 1)
    const fragment = fragments.get(selection.spread)
    if (fragment === undefined || depth > DEEPEST)
      throw new QueryError(`Fragment ${selection.spread} was used, but cannot be had`, selection.at)
    return resolved(fragment, fragments, depth + 1)
  })
}

class QueryReader {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(all: readonly Token[]) {
    this.tokens = all
  }

  read(): QueryOperation {
    const operations: { type: string; selections: Selection[]; defaults: Record<string, QueryValue> }[] = []
    const fragments = new Map<string, Selection[]>()
    while (this.at < this.tokens.length) {
      if (this.takes('fragment')) {
        const name = this.name()
        this.expect('on')
        this.name()
        this.directives()
        fragments.set(name, this.selections())
      } else operations.push(this.operation())
    }
    const [first, second] = operations
    if (first === undefined || second !== undefined)
      throw new QueryError('Exactly one operation is expected', { line: 1, column: 1 })
    const { type, defaults } = first
    return { type, defaults, fields: resolved(first.selections, fragments, 0) }
  }

  private operation() {
    if (this.peek().text === '{') return { type: 'query', selections: this.selections(), defaults: {} }
    const type = this.next().text
    if (type !== 'query' && type !== 'mutation' && type !== 'subscription')
      this.fail(`Unexpected "${type}", expected an operation`)
    if (this.peek().text !== '(' && this.peek().text !== '{' && this.peek().text !== '@') this.name()
    const defaults = this.variables()
    this.directives()
    return { type, selections: this.selections(), defaults }
  }

  private variables(): Record<string, QueryValue> {
    const defaults: Record<string, QueryValue> = {}
    if (!this.takes('(')) return defaults
    while (!this.takes(')')) {
      this.expect('$')
      const name = this.name()
      this.expect(':')
      while (/^[[\]!_A-Za-z]/.test(this.peek().text)) this.next()
      if (this.takes('=')) defaults[name] = this.value()
      this.directives()
    }
    return defaults
  }

  private selections(): Selection[] {
    this.expect('{')
    const found: Selection[] = []
    while (!this.takes('}')) found.push(this.selection())
    if (found.length === 0) this.fail('Expected at least one field')
    return found
  }

  private selection(): Selection {
    const at = this.peek()
    if (!this.takes('...')) return { field: this.field() }
    if (this.takes('on')) this.name()
    else if (/^[_A-Za-z]/.test(this.peek().text)) {
      const spread = this.name()
      this.directives()
      return { spread, at }
    }
    this.directives()
    return { inline: this.selections() }
  }

  private field(): RawField {
    const { line, column } = this.peek()
    const first = this.name()
    const name = this.takes(':') ? this.name() : first
    const given = this.takes('(') ? this.fieldsUntil(')') : {}
    this.directives()
    const inner = this.peek().text === '{' ? this.selections() : []
    return { name, key: first, arguments: given, inner, line, column }
  }

  private fieldsUntil(end: string): Record<string, QueryValue> {
    const fields: Record<string, QueryValue> = {}
    while (!this.takes(end)) {
      const name = this.name()
      this.expect(':')
      fields[name] = this.value()
    }
    return fields
  }

  private value(): QueryValue {
    const { text } = this.next()
    if (text === '$') return { is: 'variable', name: this.name() }
    if (text === '{') return { is: 'object', fields: this.fieldsUntil('}') }
    if (text === '[') {
      const items: QueryValue[] = []
      while (!this.takes(']')) items.push(this.value())
      return { is: 'list', items }
    }
    return { is: 'literal', value: this.literal(text) }
  }

  private literal(text: string): string | number | boolean | null {
    if (text.startsWith('"""')) return text.slice(3, -3)
    if (text.startsWith('"')) return this.string(text)
    if (text === 'null') return null
    if (text === 'true' || text === 'false') return text === 'true'
    if (/^-?\d/.test(text)) return Number(text)
    return /^[_A-Za-z]/.test(text) ? text : this.fail(`Unexpected "${text}", expected a value`)
  }

  /** GraphQL's escapes are those of JSON. */
  private string(text: string): string {
    try {
      return String(JSON.parse(text))
    } catch (error) {
      if (error instanceof SyntaxError) return this.fail(`Bad escape in ${text}`)
      throw error
    }
  }

  private directives(): void {
    while (this.takes('@')) {
      this.name()
      if (this.takes('(')) this.fieldsUntil(')')
    }
  }

  private name(): string {
    const { text } = this.next()
    return /^[_A-Za-z]/.test(text) ? text : this.fail(`Unexpected "${text}", expected a name`)
  }

  private expect(text: string): void {
    const found = this.next().text
    if (found !== text) this.fail(`Unexpected "${found}", expected "${text}"`)
  }

  private takes(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false
    this.at += 1
    return true
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { text: '', line: 1, column: 1 }
  }

  private next(): Token {
    const token = this.tokens[this.at]
    if (token === undefined) return this.fail('Unexpected end of document')
    this.at += 1
    return token
  }

  private fail(message: string): never {
    throw new QueryError(message, this.tokens[Math.max(0, this.at - 1)] ?? { line: 1, column: 1 })
  }
}
