/** A table of sentences: for each code its sentence, or a function that makes one from the values. */
import type { Reason, ReasonValue } from '../core/reason.ts'

/** Renders a reason within another one, in the language of the table. */
export type Say = (reason: Reason) => string

/** A language's sentences by code. A function's first parameter is the type of the values of its code. */
export type SentenceTable = Record<string, string | ((values: never, say: Say) => string)>

/** Values of a code of a table; never for a code whose sentence is constant. */
export type ValuesOf<Table extends SentenceTable, Code extends keyof Table> = Table[Code] extends (
  values: infer Values extends object,
  say: Say,
) => string
  ? JsonSafe<Values>
  : never

/** Never for values that JSON would change. */
type JsonSafe<Values> = Values extends { [Key in keyof Values]: ReasonValue } ? Values : never

/** Sentences in another language for every code of a table: a code without one does not compile. */
export type Translation<Table extends SentenceTable> = {
  [Code in keyof Table]: string | ((values: ValuesOf<Table, Code>, say: Say) => string)
}
