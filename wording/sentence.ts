/** Renders reasons: the one place where a code becomes words. */
import type { Reason } from '../core/reason.ts'
import * as en from './en.ts'
import * as fr from './fr.ts'
import type { SentenceTable } from './table.ts'

const TABLES = { en: allOf(en), fr: allOf(fr) }

export type Language = keyof typeof TABLES

/** Languages that have a table. */
export const LANGUAGES = Object.keys(TABLES) as Language[]

/** Whether a code takes no values: then its sentence is known from the code alone. */
export const isConstant = (code: string): boolean => typeof TABLES.en.get(code) === 'string'

/** Returns the sentence of a reason. A code of another version, which has no sentence, is shown as it is. */
export function sentence({ code, values = {} }: Reason, language: Language = 'en'): string {
  const made = TABLES[language].get(code)
  if (made === undefined) return [code, JSON.stringify(values)].join(' ')
  return typeof made === 'string' ? made : made(values as never, (within) => sentence(within, language))
}

function allOf({
  shared,
  PIPELINE_SENTENCES: pipelines,
}: {
  shared: SentenceTable
  PIPELINE_SENTENCES: readonly SentenceTable[]
}): Map<string, SentenceTable[string]> {
  return new Map([shared, ...pipelines].flatMap((table) => Object.entries(table)))
}
