/** What the worker logged of one run. */
import { statSync } from 'node:fs'
import * as z from 'zod'
import { workerLogFile } from '../../client/worker-log.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import { linesBackwards } from '../../system/lines-backwards.ts'
import { rotatedParts } from '../../system/rotated.ts'
import { reason } from '../../wording/reason.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { problems, RequestProblem } from '../problem.ts'

/** A run logs some lines an activity; a person reads no more than this. */
const MOST_LINES = 2_000
/** The log of two months or so: an older run's lines are found in the file, not here. */
const MOST_BYTES = 200 * 1024 * 1024
/** A worker's clock may be set back while it runs. */
const TOLERANCE_MS = MINUTE_MS

const NDJSON = 'application/x-ndjson'
const LINES = { content: { [NDJSON]: { schema: z.string() } } }

export function addRunLog(api: Api, { config }: RouteContext): void {
  api.get(
    '/api/runs/:id/log',
    {
      schema: {
        summary: `Lines that the worker logged of a run and its children, as JSON lines; the newest ${MOST_LINES}`,
        params: z.object({ id: z.string().min(1).max(300).describe('Workflow id') }),
        response: { 200: LINES, ...problems(404) },
      },
    },
    async ({ params: { id } }, reply) => {
      const file = workerLogFile(config)
      const lines = await newestLines(file, id)
      if (lines === undefined) throw new RequestProblem(404, reason('log-elsewhere', { file }))
      reply.header('content-type', `${NDJSON}; charset=utf-8`)
      return reply.send(lines.map((line) => `${line}\n`).join(''))
    },
  )
}

/** The newest lines of a run and of its children, oldest first; undefined if there is no file. */
async function newestLines(log: string, workflowId: string): Promise<string[] | undefined> {
  const startMs = startOf(workflowId)
  const found: string[] = []
  let leftBytes = MOST_BYTES
  let hasFile = false
  for (const file of [log, ...rotatedParts(log)]) {
    const bytes = statSync(file, { throwIfNoEntry: false })?.size
    if (bytes === undefined) continue
    hasFile = true
    for await (const line of linesBackwards(file, leftBytes)) {
      if (timeOf(line) < startMs - TOLERANCE_MS) return found.toReversed()
      if (!isOf(line, workflowId)) continue
      if (found.push(line.toString('utf8')) >= MOST_LINES) return found.toReversed()
    }
    leftBytes -= bytes
    if (leftBytes <= 0) break
  }
  return hasFile ? found.toReversed() : undefined
}

/** When a run began at the earliest, from its id; ids of other workflows have no time. */
function startOf(workflowId: string): number {
  const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(workflowId)?.[0]
  return time === undefined ? 0 : Date.parse(time)
}

/** The moment of a line, near its beginning; none passes for a new one. */
function timeOf(line: Buffer): number {
  const time = /"time":(\d+)/.exec(line.toString('latin1', 0, 80))?.[1]
  return time === undefined ? Infinity : Number(time)
}

/** Most lines belong to others: only one that has the id somewhere is parsed. */
function isOf(line: Buffer, workflowId: string): boolean {
  if (!line.includes(workflowId)) return false
  const found = lineOrNothing(line)
  return found?.workflowId === workflowId || (found?.workflowId ?? '').startsWith(`${workflowId}/`)
}

const lineSchema = z.object({ workflowId: z.string().optional() })

/** A line that was cut short by a full disk is no JSON. */
const lineOrNothing = (line: Buffer): z.infer<typeof lineSchema> | undefined =>
  lineSchema.safeParse(jsonOrNothing(line.toString('utf8'))).data
