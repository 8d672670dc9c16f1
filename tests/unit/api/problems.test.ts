/** Refusals in the language of who asked: problem details, each with what was found and what to do. */
import * as z from 'zod'
import { expect, it } from 'vitest'
import { createApi, type Api } from '../../../api/app.ts'
import { RequestProblem } from '../../../api/problem.ts'
import { CannotReach } from '../../../client/cannot-reach.ts'
import { Failure } from '../../../core/failures.ts'
import { reason, type Code } from '../../../wording/reason.ts'
import { wrongUsage } from '../../../wording/wrong-usage.ts'

const errors: unknown[] = []

/** An API whose routes refuse. */
function refusing(): Api {
  const api = createApi({ error: ({ err }) => errors.push(err) })
  const thrown: Record<string, Error> = {
    problem: new RequestProblem(404, reason('no-open-run', { id: 'r1' })),
    usage: wrongUsage('pause-reason-ours'),
    temporal: new CannotReach('Nothing listens at 127.0.0.1:7233.'),
    database: new Failure('DatabaseUnavailable', 'The database said: no.'),
    defect: new Error('of ours'),
  }
  for (const [name, error] of Object.entries(thrown))
    api.get(`/${name}`, () => {
      throw error
    })
  const querystring = z.strictObject({
    day: z
      .string()
      .regex(/^\d+$/, 'expected-day' satisfies Code)
      .optional(),
    limit: z.coerce.number().max(5).optional(),
  })
  api.get('/query', { schema: { querystring } }, () => ({}))
  return api
}

it.each([
  [
    '/problem',
    'No run "r1" is going on; /api/runs?outcome=running lists them.',
    'Aucune exécution «\u202Fr1\u202F» n’est en cours\u202F; /api/runs?outcome=running en donne la liste.',
  ],
  [
    '/usage',
    'The reason of a pause must be words of your own.',
    'La raison d’une pause doit être dans vos propres mots.',
  ],
  [
    '/temporal',
    'Nothing listens at 127.0.0.1:7233.',
    'Temporal n’est pas là («\u202FNothing listens at 127.0.0.1:7233.\u202F»)',
  ],
  ['/database', 'The database said: no.', 'PostgreSQL n’est pas là («\u202FThe database said: no.\u202F»)'],
  [
    '/defect',
    'The server failed to answer; its log says why.',
    'Le serveur n’a pas su répondre\u202F; son journal dit pourquoi.',
  ],
  [
    '/query?day=x',
    'day: expected a day such as 2026-11-01.',
    'day\u202F: un jour comme 2026-11-01 est attendu.',
  ],
  ['/query?limit=9', 'limit: expected 5 or less.', 'limit\u202F: la valeur attendue est d’au plus 5.'],
  ['/query?limit=x', 'limit: expected a number.', 'limit\u202F: un nombre est attendu.'],
  [
    '/query?dya=1',
    '"dya" is no parameter here. Did you mean "day"? There are day, limit.',
    '«\u202Fdya\u202F» n’est pas un paramètre ici. Vouliez-vous dire «\u202Fday\u202F»\u202F? Il y a day, limit.',
  ],
  [
    '/nowhere?a=1',
    'There is nothing at /nowhere; /api/openapi.json lists what there is.',
    'Il n’y a rien à /nowhere\u202F; /api/openapi.json dit ce qu’il y a.',
  ],
])('%s is refused in English and in French', async (url, english, french) => {
  const api = refusing()
  const detailIn = async (language: string) => {
    const response = await api.inject({ url, headers: { 'accept-language': language } })
    return response.json<{ detail: string }>().detail
  }
  expect(await detailIn('en')).toBe(english)
  expect(await detailIn('fr')).toBe(french)
  await api.close()
})
