/** `/api/quarantine`: rejected rows, removing them, and reading stored responses again. */
import * as z from 'zod'
import { withDatabase } from '../../client/connection.ts'
import { replayableSources } from '../../client/replay.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { dropRejected, rejectedGroups, rejectedRow } from '../../db/queries/quarantine.ts'
import { reason } from '../../wording/reason.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api, ApiLog } from '../app.ts'
import { awayOf } from '../away.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems, RequestProblem } from '../problem.ts'
import {
  groupsSchema,
  rejectedSchema,
  replaySchema,
  type RejectedRows,
  type ReplayAnswer,
} from './quarantine-schema.ts'
import { createReplaying, type LastReplay } from './replaying.ts'

/** As a page shows them; more are removed by source and kind of reason. */
const MOST_IDS = 1_000
/** PostgreSQL stores no NUL, so nothing that is stored has one. */
const withoutNul = (text: string) => !text.includes('\0')
const name = z.string().min(1).max(300).refine(withoutNul)
const KIND_LENGTH = 200
/** Groups of a page: a person looks through twenty. */
const PAGE_GROUPS = { default: 20, most: 200 }
const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER)

export function addQuarantine(api: Api, context: RouteContext, log: ApiLog): void {
  addRows(api, context)
  addReplay(api, context, log)
}

function addRows(api: Api, { db, config }: RouteContext): void {
  api.get(
    '/api/quarantine',
    {
      schema: {
        summary: 'Rejected rows by source and kind of reason, and which sources can be asked for again',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(PAGE_GROUPS.most).default(PAGE_GROUPS.default),
          before: id.optional().describe('"before" of the previous page'),
        }),
        headers: languageHeader,
        response: { 200: groupsSchema, ...problems(400, 503) },
      },
    },
    async ({ query }): Promise<RejectedRows> => {
      const { groups, more } = await rejectedGroups(db, query)
      return {
        groups: groups.map(({ newestAt, newestId, ...group }) => ({
          ...group,
          newest_at: newestAt.toISOString(),
          newest_id: newestId,
        })),
        more: more ?? null,
        sources: await replayableSources(db),
      }
    },
  )
  api.get(
    '/api/quarantine/rows/:id',
    {
      schema: {
        summary: 'A rejected row as it came, why it was rejected, and where it came from',
        params: z.object({ id }),
        headers: languageHeader,
        response: { 200: rejectedSchema, ...problems(404, 503) },
      },
    },
    async ({ params }) => {
      const found = await rejectedRow(db, params.id)
      if (found === undefined)
        throw new RequestProblem(
          404,
          reason('no-rejected-row', { id: String(params.id), list: '/api/quarantine' }),
        )
      const { observedAt, runId, workflowId, rowsOfKind, ...rest } = found
      const run = { run_id: runId, workflow_id: workflowId }
      return { ...rest, ...run, rows_of_kind: rowsOfKind, observed_at: observedAt.toISOString() }
    },
  )
  api.post(
    '/api/quarantine/drop',
    {
      schema: {
        summary: 'Removes rejected rows: these, or all of a source that were rejected for a kind of reason',
        body: z.strictObject({
          ids: z.array(z.int().positive()).min(1).max(MOST_IDS).optional(),
          source: name.optional(),
          kind: z.string().max(KIND_LENGTH).refine(withoutNul).optional().describe('Default: any'),
        }),
        headers: languageHeader,
        response: { 200: z.object({ dropped: z.int() }), ...problems(400, 503) },
      },
    },
    async ({ body: { ids, source, kind } }) => {
      if ((ids === undefined) === (source === undefined))
        throw new RequestProblem(400, reason('drop-unclear'))
      const choice = ids === undefined ? { source, kind } : { ids }
      // The connections of this server change nothing.
      return { dropped: await withDatabase(config, (database) => dropRejected(database.db, choice)) }
    },
  )
}

const REPLAY = '/api/quarantine/replay'

function addReplay(api: Api, { db, config, temporal }: RouteContext, log: ApiLog): void {
  const replaying = createReplaying({ config, temporal, log, path: REPLAY })
  api.addHook('onClose', () => replaying.close())
  api.get(
    REPLAY,
    {
      schema: {
        summary: 'The replay that was asked for last: whether it runs, and what it found',
        headers: languageHeader,
        response: { 200: replaySchema },
      },
    },
    (request) => replayJson(replaying.last(), languageOf(request)),
  )
  api.post(
    REPLAY,
    {
      schema: {
        summary: 'Reads stored responses again with the parsers of this version; asks no upstream',
        body: z.strictObject({
          source: name.optional().describe('Default: all'),
          since: z
            .union([z.iso.date(), z.iso.datetime()])
            .optional()
            .describe('Only what was observed since this day or moment, UTC. Default: all'),
          write: z.boolean().default(false).describe('False: only says what would change'),
        }),
        headers: languageHeader,
        response: { 200: replaySchema, ...problems(400, 409, 503) },
      },
    },
    async (request) => {
      const { source, since, write } = request.body
      const known = await replayableSources(db)
      if (source !== undefined && !known.includes(source))
        throw new RequestProblem(400, reason('nothing-of-source', { source, known }))
      return replayJson(replaying.start({ source, since, write }), languageOf(request))
    },
  )
}

function replayJson(last: LastReplay | undefined, language: Language): ReplayAnswer {
  if (last === undefined) return { replay: null }
  const { asked, startedAt, ended } = last
  const about = {
    source: asked.source ?? null,
    since: asked.since ?? null,
    write: asked.write,
    started_at: startedAt.toISOString(),
    ...{ code: null, why: null, sources: [], run_ids: [], started: [], left: [] },
  }
  if (ended === undefined) return { replay: { ...about, state: 'running' } }
  if ('error' in ended) {
    const away = awayOf(ended.error, language)
    const why = away?.why ?? sentence(reason('server-failed'), language)
    return { replay: { ...about, state: 'failed', code: away === undefined ? 'server-failed' : 'away', why } }
  }
  const { replayed, recomputed } = ended
  const failure = replayed.isCut ? reason('replay-cut') : replayed.nothing
  return {
    replay: {
      ...about,
      state: failure === undefined ? 'done' : 'failed',
      code: failure?.code ?? null,
      why: failure === undefined ? null : sentence(failure, language),
      sources: replayed.sources.map(({ why, unread, stillRejected, ...found }) => ({
        ...found,
        why: why === undefined ? null : sentence(why, language),
        unread: unread.length,
        unread_why: unread[0] === undefined ? null : sentence(unread[0], language),
        still_rejected: stillRejected,
      })),
      run_ids: asked.write ? replayed.runs.map(({ runId }) => runId) : [],
      started: recomputed.started,
      left: recomputed.left.map((pipeline) => almanacCommand(`run ${pipeline} --input derive=true`)),
    },
  }
}
