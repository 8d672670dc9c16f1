/** The language of the sentences in an answer: that of the request's Accept-Language, as far as there are sentences. */
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { LANGUAGES, type Language } from '../wording/sentence.ts'

/** Headers of a route whose answer has sentences. */
export const languageHeader = z.object({
  'accept-language': z
    .string()
    .optional()
    .describe(`Language of sentences: ${LANGUAGES.join(' or ')}. Default: en`),
})

/** The reader's first language that there is; English if there is none. */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  const asked = (headers['accept-language'] ?? '').split(',').map((entry) => {
    const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? '1'
    return { language: tag.split('-')[0], weight: Number(weight) || 0 }
  })
  const found = asked
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .flatMap(({ language }) => LANGUAGES.filter((known) => known === language))
  return found[0] ?? 'en'
}
