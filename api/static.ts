/** The page: its files as `bin/dashboard.mjs` built them, and index.html for every address of a view. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './app.ts'
import { RequestProblem } from './problem.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Encodings that the build has made, the smallest first. */
const ENCODINGS = { br: '.br', gzip: '.gz' }

/** Names of these files hold a hash of their content. */
const HASHED = '/assets/'

interface PageFile {
  type: string
  cacheControl: string
  /** By encoding; `identity` is always there. */
  bodies: ReadonlyMap<string, Buffer>
}

/**
 * Adds the page of a folder to the server. The files are read at once, 2 MB with charts and their compressed forms: a
 * newer build does not pull them away from under a server that runs. Without a folder every view says what to do.
 */
export function addPage(api: Api, folder: string | undefined): void {
  const files = folder === undefined ? new Map<string, PageFile>() : filesOf(folder)
  // Tells who has no token nothing about what there is.
  for (const path of ['/api', '/api/*'])
    api.get(path, { schema: { hide: true } }, (_request, reply) => {
      reply.callNotFound()
      return reply
    })
  // Whoever has no token yet logs in there.
  api.get('/*', { config: { access: 'anyone' }, schema: { hide: true } }, (request, reply) => {
    const [path = ''] = request.url.split('?')
    const file = files.get(path) ?? (extname(path) === '' ? files.get('/index.html') : undefined)
    if (file !== undefined) return sendFile(file, request, reply)
    if (files.size > 0) reply.callNotFound()
    else throw new RequestProblem(503, 'The page is not built: run "almanac prepare", then start again.')
    return reply
  })
}

function filesOf(folder: string): Map<string, PageFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)]
      if (type === undefined) return []
      const path = `/${name.replaceAll(sep, '/')}`
      return [[path, fileAt(join(folder, name), path, type)] as const]
    }),
  )
}

function fileAt(file: string, path: string, type: string): PageFile {
  const compressed = Object.entries(ENCODINGS).flatMap(([encoding, ending]) =>
    existsSync(file + ending) ? [[encoding, readFileSync(file + ending)] as const] : [],
  )
  return {
    type,
    cacheControl: path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
    bodies: new Map([...compressed, ['identity', readFileSync(file)]]),
  }
}

function sendFile({ type, cacheControl, bodies }: PageFile, request: FastifyRequest, reply: FastifyReply) {
  const accepted = (request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((one) => one.split(';')[0]?.trim())
  const [encoding = 'identity', body] =
    [...bodies].find(([name]) => name === 'identity' || accepted.includes(name)) ?? []
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type(type).header('cache-control', cacheControl).header('vary', 'accept-encoding').send(body)
}
