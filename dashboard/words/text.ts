/** The words of the page: tables by language, and what stands in their gaps. */
import { commandOf, type Stack } from '../command.ts'

export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]

/** A sentence with gaps such as `{name}` and commands such as `{./almanac runs}`, or one for each plural form of its number `{n}`. */
export type Sentence = string | { one: string; other: string }

/** The sentences of one language, by their keys. */
export type Words<Key extends string = string> = Record<Key, Sentence>

/** One table a language, with the same keys. */
export type WordTables<Key extends string = string> = Record<Language, Words<Key>>

/** What fills the gaps; numbers are written as the language does. */
export type Values = Record<string, string | number>

const NARROW = '\u202F'

/** As wording/french.ts does it for what the server says: narrow no-break spaces, and the apostrophe of letters. */
const inFrenchType = (text: string): string =>
  text
    .replaceAll(/ (?=[:;?!%»](?:[\s).,;:»]|$))|(?<=«) /g, NARROW)
    .replaceAll(/(?<=\p{L})'(?=[\p{L}«{]|$)/gu, '’')

/** Returns the sentence in a language, its gaps filled. `locale` is the language as the browser has it: `fr-CA`. */
export function sentenceIn<Key extends string>(
  words: Words<Key>,
  locale: string,
  key: Key,
  values: Values = {},
  stack: Stack = 'live',
): string {
  const sentence = words[key]
  const text = typeof sentence === 'string' ? sentence : sentence[formOf(locale, values['n'])]
  const set = locale.startsWith('fr') ? inFrenchType(text) : text
  return set.replace(
    /\{(?:\.\/almanac ([^}]+)|(\w+))\}/g,
    (gap: string, command: string | undefined, name: string = '') => {
      if (command !== undefined) return commandOf(stack, command)
      const value = values[name]
      return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : (value ?? gap)
    },
  )
}

function formOf(locale: string, n: string | number | undefined): 'one' | 'other' {
  return typeof n === 'number' && new Intl.PluralRules(locale).select(n) === 'one' ? 'one' : 'other'
}

/** The first language of the reader that there is; English if there is none. */
export function languageOf(preferred: readonly string[]): Language {
  for (const locale of preferred) {
    const found = LANGUAGES.find((language) => locale.toLowerCase().split('-')[0] === language)
    if (found !== undefined) return found
  }
  return 'en'
}

/** The reader's own variant of a language: `en-US` writes days otherwise than `en-GB`, which is the default for English. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  const own = preferred.find((locale) => locale.toLowerCase().startsWith(`${language}-`))
  return own ?? (language === 'en' ? 'en-GB' : 'fr-FR')
}
