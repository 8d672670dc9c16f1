/** Readers who ask for the same at once share one answer: two hundred open pages ask again after one event. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './app.ts'
import { languageOf } from './language.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether all who may read the route get the same answer, and those who ask while it is made share it. Default: no. */
    isShared?: boolean
  }
}

/** Answers that are being made. */
export interface SharedAnswers {
  /** Whoever asks from now on is not given an answer that was begun before: it may lack a change. */
  forget: () => void
}

interface Making {
  key: string
  /** The body as JSON; undefined if it was not made, and each who waited for it asks by itself. */
  body: Promise<string | undefined>
  finish: (body: string | undefined) => void
}

/** Adds it to the routes that are marked as shared. Nothing is kept: an answer that was sent is not sent again. */
export function addSharedAnswers(api: Api): SharedAnswers {
  const byKey = new Map<string, Making>()
  const byRequest = new WeakMap<FastifyRequest, Making>()
  const end = (request: FastifyRequest, body: string | undefined) => {
    const making = byRequest.get(request)
    if (making === undefined) return
    byRequest.delete(request)
    if (byKey.get(making.key) === making) byKey.delete(making.key)
    making.finish(body)
  }
  const forget = () => {
    byKey.clear()
  }
  api.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.config.isShared !== true || request.method !== 'GET') return undefined
    // Its sentences are in the reader's language.
    const key = `${languageOf(request)} ${request.url}`
    const other = byKey.get(key)
    // Without another one nothing is awaited: who asks in the same moment must find this one.
    const body = other === undefined ? undefined : await other.body
    if (body !== undefined) return reply.type('application/json; charset=utf-8').send(body)
    const making = begin(key)
    byKey.set(key, making)
    byRequest.set(request, making)
    return undefined
  })
  api.addHook('onSend', (request: FastifyRequest, reply: FastifyReply, payload: unknown, done) => {
    // Its sender asks next what it has changed.
    if (request.method !== 'GET') forget()
    end(request, reply.statusCode === 200 && typeof payload === 'string' ? payload : undefined)
    done(null, payload)
  })
  api.addHook('onResponse', (request, _reply, done) => {
    end(request, undefined)
    done()
  })
  return { forget }
}

function begin(key: string): Making {
  let finish: Making['finish'] = () => undefined
  const body = new Promise<string | undefined>((resolve) => {
    finish = resolve
  })
  return { key, body, finish }
}
