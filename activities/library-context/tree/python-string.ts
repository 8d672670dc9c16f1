/** Python's string literals and docstrings, read as Python reads them. */

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\n',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '',
  b: '',
  f: '',
  v: '',
  0: '',
}

/** The value of one plain literal; undefined for bytes, formatted strings and anything that is not a literal. */
export function stringOf(literal: string): string | undefined {
  const parts = /^([A-Za-z]{0,2})("""|'''|"|')([\s\S]*)$/.exec(literal)
  if (parts === null) return undefined
  const [, prefix = '', quote = '', rest = ''] = parts
  if (/[bf]/i.test(prefix)) return undefined
  const value = rest.endsWith(quote) ? rest.slice(0, -quote.length) : rest
  return /r/i.test(prefix) ? value : unescaped(value)
}

/** https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences; an unknown one stays as it is. */
function unescaped(value: string): string {
  return value.replace(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, one?: string) => {
      const code = x ?? u ?? long
      if (code === undefined) return ESCAPES[one ?? ''] ?? whole
      const point = Number.parseInt(code, 16)
      // Python's own limit; above it the literal is an error there.
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    },
  )
}

/** A docstring of adjacent literals, cleaned as `inspect.cleandoc` does; undefined if it is empty. */
export function docstringOf(literals: readonly string[]): string | undefined {
  const values = literals.map(stringOf)
  if (values.includes(undefined)) return undefined
  const [first = '', ...rest] = values.join('').replaceAll('\t', '        ').split('\n')
  const indents = rest
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length)
  // Not Math.min(...indents): a docstring may have more lines than a call can have arguments.
  const margin = indents.reduce((least, indent) => Math.min(least, indent), Number.POSITIVE_INFINITY)
  const lines = [first.trim(), ...rest.map((line) => line.slice(margin).trimEnd())]
  const text = lines.join('\n').trim()
  return text === '' ? undefined : text
}
