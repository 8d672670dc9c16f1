/** Logging in and out: a session is a signed cookie, which scripts of the page cannot read. */
import { reason } from '../../wording/reason.ts'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Config } from '../../config/load-config.ts'
import type { Api } from '../app.ts'
import { problems, RequestProblem } from '../problem.ts'
import type { Visitors } from './access.ts'
import { SESSION_MS } from './tokens.ts'

/** Longer than any token that a person makes. */
const TOKEN_LENGTH = 500

const roleSchema = z.enum(['reader', 'operator'])

/** Adds `/api/session`. */
export function addSessionRoutes(api: Api, visitors: Visitors, { mode }: Pick<Config, 'mode'>): void {
  api.get(
    '/api/session',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Who asks, and whether a token is needed',
        response: {
          200: z.object({
            role: roleSchema.nullable().describe('Null: log in first'),
            stack: z.enum(['live', 'demo']).describe('The stack that this server belongs to'),
            needs_token: z.boolean().describe('False on loopback, where nobody is asked'),
          }),
        },
      },
    },
    (request) => ({
      role: visitors.roleOf(request) ?? null,
      stack: mode,
      needs_token: visitors.tokens !== undefined,
    }),
  )
  if (visitors.tokens !== undefined) addLogIn(api, visitors, visitors.tokens)
}

function addLogIn(api: Api, visitors: Visitors, tokens: NonNullable<Visitors['tokens']>): void {
  api.post(
    '/api/session',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Logs in with a token; the session is a cookie and ends after a week',
        body: z.strictObject({ token: z.string().max(TOKEN_LENGTH) }),
        response: { 200: z.object({ role: roleSchema }), ...problems(400) },
      },
    },
    (request, reply) => {
      const role = visitors.roleOfToken(request.body.token, request)
      if (role === undefined) throw new RequestProblem(401, reason('token-unknown'))
      reply.header(
        'set-cookie',
        visitors.cookie.set(tokens.session(role, Date.now()), SESSION_MS, isEncrypted(request)),
      )
      return { role }
    },
  )
  api.delete(
    '/api/session',
    {
      config: { access: 'anyone' },
      schema: { summary: 'Logs out', response: { 204: z.null() } },
    },
    (request, reply) => {
      reply.header('set-cookie', visitors.cookie.set('', 0, isEncrypted(request)))
      reply.code(204)
      return null
    },
  )
}

/** A proxy in front of this server has ended the encryption. */
const isEncrypted = ({ headers }: FastifyRequest): boolean => headers['x-forwarded-proto'] === 'https'
