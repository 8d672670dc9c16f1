/** The text of a context by the name of its file, as web servers of an older collector served it. */
import * as z from 'zod'
import { contextsNamed } from '../../db/queries/library-context/contexts.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { problems, RequestProblem } from '../problem.ts'

/** `{owner}__{name}-context.txt`, or `{name}-context.txt`: names on GitHub have no other characters. */
const FILE = /^[\w.-]{1,200}-context\.txt$/

const querySchema = z.strictObject({
  domain: z
    .string()
    .max(100)
    .optional()
    .describe('Accepted for older clients, without effect: the files of all domains have names of their own'),
})

/** Adds GET and, with the same headers, HEAD. The name is looked up among the stored contexts; no file is opened. */
export function addContextRoutes(api: Api, { db }: RouteContext): void {
  api.get(
    '/api/context/:file',
    {
      schema: {
        summary: 'The context of a library as text',
        description:
          'The name without its owner (`{name}-context.txt`) is found if only one library has it. The header `ETag` is the SHA-256 of the text.',
        params: z.object({ file: z.string().regex(FILE, 'expected a name such as owner__name-context.txt') }),
        querystring: querySchema,
        headers: z.object({ 'if-none-match': z.string().optional() }),
        response: {
          200: { description: 'The text', content: { 'text/plain': { schema: z.string() } } },
          304: z.undefined().describe('The client has this text'),
          ...problems(400, 404, 503),
        },
      },
    },
    async ({ params, headers }, reply) => {
      const [found, ...others] = await contextsNamed(db, params.file)
      if (found === undefined) throw new RequestProblem(404, NONE)
      if (others.length > 0) {
        const files = [found, ...others].map(({ file }) => file).join(', ')
        throw new RequestProblem(404, `Several libraries have this name; there are: ${files}.`)
      }
      const etag = `"${found.hash}"`
      reply.headers({
        etag,
        'last-modified': found.madeAt.toUTCString(),
        // A night may change it: clients ask whether it did.
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      })
      if (isKnown(headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('text/plain; charset=utf-8').send(found.markdown)
    },
  )
}

const NONE =
  'There is no context with this file name; the data set at /api/data/library-context/contexts lists all.'

/** Whether a client has the text with this tag; proxies may have marked it as weak. */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return known.includes(etag) || known.includes('*')
}
