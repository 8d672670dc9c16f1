/** Reads a YAML file and remembers the line of each setting. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { Failure } from '../core/failures.ts'
import { settingsText } from './settings-text.ts'

export interface YamlFile {
  content: unknown
  /** `<file>, line 3` for a setting, or for the nearest one above it that stands in the file. */
  placeOf: (path: readonly PropertyKey[]) => string
}

/** Throws `Misconfigured` if the file cannot be read, and with the line of the first syntax error. */
export function readYaml(file: string): YamlFile {
  const text = settingsText(file)
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0])
    const shown = text.split('\n')[line - 1]?.trim() ?? ''
    const found = `${error.message.replace(/(?<![:.\s])[:.\s]+$/, '')}, in line ${line}${shown === '' ? '' : ` ("${shown}")`}`
    throw new Failure(
      'Misconfigured',
      `${file}: not valid YAML: ${found}. Expected "name: value" with spaces before it, never tabs; brackets and quotes are closed.`,
      { cause: error },
    )
  }
  const placeOf = (path: readonly PropertyKey[]) => {
    const offset = offsetOf(document, path)
    return offset === undefined ? file : `${file}, line ${lineCounter.linePos(offset).line}`
  }
  return { content: document.toJS(), placeOf }
}

/** Where the key of a setting stands, or the entry of a list. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let offset: number | undefined
  let here: unknown = document.contents
  for (const step of path) {
    if (isMap(here)) {
      const pair = here.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined) return offset
      offset = (pair.key as Node).range?.[0]
      here = pair.value
    } else if (isSeq(here)) {
      here = here.items[Number(step)]
      offset = (here as Node | undefined)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}
