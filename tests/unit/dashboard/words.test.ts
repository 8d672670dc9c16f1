/** The words of the page: every language has every sentence, and fills the same gaps. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  LANGUAGES,
  languageOf,
  localeOf,
  sentenceIn,
  type Sentence,
  type Words,
} from '../../../dashboard/words/text.ts'
import { packageRoot } from '../../../system/package-root.ts'

/** Folders of the page that hold words, one file a language. */
const folders = readdirSync(join(packageRoot, 'dashboard'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?:^|[/\\])words[/\\]en\.ts$/.test(file))
  .map((file) => file.slice(0, -'/en.ts'.length))

async function wordsOf(folder: string, language: string): Promise<Words> {
  const file = pathToFileURL(join(packageRoot, 'dashboard', folder, `${language}.ts`)).href
  const module = (await import(file)) as Record<string, Words>
  return module[language] ?? {}
}

const gapsOf = (sentence: Sentence) =>
  Object.values(typeof sentence === 'string' ? { sentence } : sentence).map((text) =>
    [...text.matchAll(/\{[^}]+\}/g)].map(([gap]) => gap).toSorted(),
  )

describe('the words of the page', () => {
  it.each(folders)('in %s have the same keys and gaps in every language', async (folder) => {
    const english = await wordsOf(folder, 'en')
    expect(Object.keys(english)).not.toEqual([])
    for (const language of LANGUAGES) {
      const words = await wordsOf(folder, language)
      expect(Object.keys(words).toSorted()).toEqual(Object.keys(english).toSorted())
      for (const [key, sentence] of Object.entries(words)) {
        const [gaps = []] = gapsOf(english[key] ?? '')
        for (const found of gapsOf(sentence)) expect({ key, found }).toEqual({ key, found: gaps })
        expect(JSON.stringify(sentence)).not.toMatch(/"\s*"/)
        // A command stands in braces, since the demo has options of its own.
        expect(JSON.stringify(sentence)).not.toMatch(/(?<!\{\.\/)\balmanac [a-z]/)
      }
    }
  })
})

const words = { rows: { one: '{n} row of {name}', other: '{n} rows of {name}' }, plain: 'no gap' }

describe('a sentence', () => {
  it('takes the plural form and the digits of its language', () => {
    expect(sentenceIn(words, 'en', 'rows', { n: 1, name: 'a' })).toBe('1 row of a')
    expect(sentenceIn(words, 'en', 'rows', { n: 0, name: 'a' })).toBe('0 rows of a')
    expect(sentenceIn(words, 'fr', 'rows', { n: 0, name: 'a' })).toBe('0 row of a')
    expect(sentenceIn(words, 'en', 'rows', { n: 12345, name: 'a' })).toBe('12,345 rows of a')
  })

  it('is set in type in French, its values as they came', () => {
    const french = { said: "l'erreur : « {what} » ?" }
    expect(sentenceIn(french, 'fr-FR', 'said', { what: "d'un : autre" })).toBe(
      "l’erreur\u202F: «\u202Fd'un : autre\u202F»\u202F?",
    )
  })

  it('names commands for the stack that is shown', () => {
    const words = { hint: 'run “{./almanac db migrate}” or {n}' }
    expect(sentenceIn(words, 'en', 'hint', { n: 1 })).toBe('run “./almanac db migrate” or 1')
    expect(sentenceIn(words, 'en', 'hint', { n: 1 }, 'demo')).toBe('run “./almanac db migrate --demo” or 1')
  })

  it('takes a value for text, whatever it holds', () => {
    expect(sentenceIn(words, 'en', 'rows', { n: 2, name: '{n} $& <b>' })).toBe('2 rows of {n} $& <b>')
  })
})

describe('the language', () => {
  it.each([
    [['fr-CA', 'en'], 'fr', 'fr-CA'],
    [['de', 'fr'], 'fr', 'fr-FR'],
    [['de-DE'], 'en', 'en-GB'],
    [['en-US', 'fr'], 'en', 'en-US'],
    [[], 'en', 'en-GB'],
  ] as const)('of a reader of %j is %s, written as in %s', (preferred, language, locale) => {
    expect(languageOf(preferred)).toBe(language)
    expect(localeOf(language, preferred)).toBe(locale)
  })
})
