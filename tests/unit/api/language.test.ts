/** Sentences are in the language that the request asks for. */
import { expect, it } from 'vitest'
import { languageOf } from '../../../api/language.ts'

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['fr', 'fr'],
  ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
  ['en;q=0.5, FR;q=0.7', 'fr'],
  ['de, en;q=0.2, fr;q=0.1', 'en'],
  ['de', 'en'],
  ['fr;q=0, de', 'en'],
  ['fr;q=x', 'en'],
])('Accept-Language %j is answered in %s', (header, language) => {
  expect(languageOf({ headers: header === undefined ? {} : { 'accept-language': header } })).toBe(language)
})
