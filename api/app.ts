/** The HTTP server of the API: validation, errors, OpenAPI and who may ask. */
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { FastifySchemaValidationError } from 'fastify/types/schema.js'
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import * as z from 'zod'
import { fr } from 'zod/locales'
import { Failure, WrongUsage } from '../core/failures.ts'
import type { Reason } from '../core/reason.ts'
import { packageVersion } from '../system/package-version.ts'
import { reason } from '../wording/reason.ts'
import { isConstant, sentence, type Language } from '../wording/sentence.ts'
import { expectationOf } from '../wording/wrong-usage.ts'
import { languageOf } from './language.ts'
import { awayOf, isTooSlow } from './away.ts'
import { problemOf, PROBLEM_JSON, RequestProblem, type ServerName } from './problem.ts'
import { setHeaders } from './response-headers.ts'
import { unknownName } from './unknown-name.ts'
import { answerUnread, RECEIVING, type Receiving } from './unread-request.ts'

/** Largest body of a request, in bytes: the parameters of a run, of which the longest are lists of names. */
const BODY_BYTES = 64 * 1024

/** A server that restarts answers again within seconds. */
const AWAY_SECONDS = 5

/** How the server says what went wrong within it; the person who asked gets a short sentence. */
export interface ApiLog {
  error(problem: { err: unknown; path: string }, message: string): void
}

export type Api = ReturnType<typeof createApi>

interface ApiSettings {
  /** How long requests may take to arrive. Default: ten seconds. */
  receiving?: Receiving | undefined
  /** Proxies whose X-Forwarded-For is believed: addresses and ranges with commas. Default: none. */
  trustedProxy?: string | undefined
}

/** Creates it without any route. */
export function createApi(log: ApiLog, { receiving = RECEIVING, trustedProxy }: ApiSettings = {}) {
  const api = fastify({
    trustProxy: trustedProxy ?? false,
    bodyLimit: BODY_BYTES,
    requestTimeout: receiving.requestTimeout,
    http: receiving,
    clientErrorHandler: answerUnread,
    // A stop does not wait for browsers that keep their connections.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    // An address that cannot be decoded reaches no hook.
    frameworkErrors: (error, request, reply) => {
      setHeaders(reply.raw)
      answerProblem(error, request, reply, log)
    },
  }).withTypeProvider<ZodTypeProvider>()
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(serializerCompiler)
  api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Almanac', version: packageVersion, description: 'What is collected, and how it goes.' },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  api.addHook('onRequest', (_request, reply, done) => {
    setHeaders(reply.raw)
    done()
  })
  readBodies(api)
  api.setErrorHandler((error, request, reply) => answerProblem(error as FastifyError, request, reply, log))
  api.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      404,
      sentence(reason('nothing-at', { path: request.url.split('?')[0] ?? '' }), languageOf(request)),
    ),
  )
  return api
}

/** Bodies are JSON; a change that needs no parameters may come without one. */
function readBodies(api: FastifyInstance): void {
  const parse = api.getDefaultJsonParser('error', 'error')
  api.removeAllContentTypeParsers()
  api.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else void parse(request, body as string, done)
  })
}

function sendProblem(reply: FastifyReply, status: number, detail: string, server?: ServerName): FastifyReply {
  // As text: the declared schemas are those of results.
  return reply
    .code(status)
    .header('content-type', PROBLEM_JSON)
    .send(JSON.stringify(problemOf(status, detail, server)))
}

function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: ApiLog) {
  const language = languageOf(request)
  const problem = problemFor(error, request, language)
  if (problem === undefined) {
    log.error({ err: error, path: request.routeOptions.url ?? '' }, 'a request failed')
    return sendProblem(reply, 500, sentence(reason('server-failed'), language))
  }
  const { status, reason: why, retryAfterSeconds, server } = problem
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  return sendProblem(reply, status, sentence(why, language), server)
}

/** What to answer to an error; undefined for a defect of the server. */
function problemFor(
  error: FastifyError | Error,
  request: FastifyRequest,
  language: Language,
): RequestProblem | undefined {
  if (error instanceof RequestProblem) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const schema = request.routeOptions.schema?.[error.validationContext as 'querystring' | 'body']
    const known = Object.keys((schema as { shape?: object } | undefined)?.shape ?? {})
    const mistakes = error.validation.flatMap((mistake) => reasonsOf(mistake, known, language))
    return new RequestProblem(400, mistakes.map((one) => sentence(one, language)).join(' '))
  }
  const away = awayOf(error, language)
  if (away !== undefined)
    return isTooSlow(error)
      ? new RequestProblem(503, away.why)
      : new RequestProblem(503, away.why, { retryAfterSeconds: AWAY_SECONDS, server: away.server })
  if (error instanceof WrongUsage) return new RequestProblem(400, error.reason ?? error.message)
  if (error instanceof Failure && error.type === 'Conflict') return new RequestProblem(409, error.message)
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  return status < 500 ? new RequestProblem(status, error.message) : undefined
}

/** What is wrong with a request; a name that is not known gets the nearest one that is. */
function reasonsOf(
  mistake: FastifySchemaValidationError,
  known: readonly string[],
  language: Language,
): Reason[] {
  const { keyword, instancePath, params } = mistake
  if (keyword === 'unrecognized_keys')
    return (params['keys'] as string[]).map((name) => unknownName('parameter', name, known))
  const name = instancePath.slice(1).replaceAll('/', '.')
  return [reason('wrong-value', { name, finding: findingOf(mistake, language) })]
}

/** What zod says of a value, as far as schemas say it without a code of ours. */
const issueSchema = z.union([
  z.object({ code: z.literal('invalid_value'), values: z.array(z.string()).min(1) }),
  z.object({
    code: z.literal('too_small'),
    origin: z.enum(['number', 'int', 'string']),
    minimum: z.number(),
  }),
  z.object({ code: z.literal('too_big'), origin: z.enum(['number', 'int', 'string']), maximum: z.number() }),
  z.object({ code: z.literal('invalid_type'), expected: z.enum(['number', 'int', 'boolean']) }),
])

const TYPES = {
  number: reason('expected-number'),
  int: reason('expected-whole-number'),
  boolean: reason('expected-flag'),
}

/** What was expected, in words of ours; undefined if there are none. */
function expectedOf(keyword: string, params: object): Reason | undefined {
  const issue = issueSchema.safeParse({ ...params, code: keyword }).data
  switch (issue?.code) {
    case 'invalid_value':
      return reason('expected-one-of', { values: issue.values })
    case 'too_small':
      return reason(issue.origin === 'string' ? 'expected-longer' : 'expected-at-least', {
        least: issue.minimum,
      })
    case 'too_big':
      return reason(issue.origin === 'string' ? 'expected-shorter' : 'expected-at-most', {
        most: issue.maximum,
      })
    case 'invalid_type':
      return TYPES[issue.expected]
    case undefined:
      return undefined
  }
}

/** The words of zod for the rest. */
const FRENCH = fr().localeError

function findingOf(
  { keyword, message = '', params }: FastifySchemaValidationError,
  language: Language,
): string {
  const expected = isConstant(message) ? expectationOf(message) : expectedOf(keyword, params)
  if (expected !== undefined) return sentence(expected, language)
  if (language === 'en' || keyword === 'custom') return message
  const said = FRENCH({ ...params, code: keyword } as Parameters<typeof FRENCH>[0])
  return (typeof said === 'string' ? said : said?.message) ?? message
}
