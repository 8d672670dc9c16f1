/** Renders reasons: the one place where a code becomes words. */
import type { Reason } from '../core/reason.ts'
import * as en from './en.ts'
import * as fr from './fr.ts'
import { inFrenchType } from './french.ts'
import type { SentenceTable } from './table.ts'

const TABLES = { en: allOf(en), fr: allOf(fr, inFrenchType) }

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

/** The tables of a language in one; constant sentences are set in its type here, others where they are made. */
function allOf(
  {
    shared,
    PIPELINE_SENTENCES: pipelines,
  }: { shared: SentenceTable; PIPELINE_SENTENCES: readonly SentenceTable[] },
  inType = (text: string) => text,
): Map<string, SentenceTable[string]> {
  const sentences = [shared, ...pipelines].flatMap((table) => Object.entries(table))
  return new Map(
    sentences.map(([code, made]) => [code, typeof made === 'string' ? inType(made) : made] as const),
  )
}
