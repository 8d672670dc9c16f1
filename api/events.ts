/** `/api/events`: what changes, as Server-Sent Events, so that no page has to ask again and again. */
import type { ServerResponse } from 'node:http'
import type pg from 'pg'
import { listenForChanges, type Change } from '../db/changes.ts'
import { pipelineOfTable } from '../db/writable-tables.ts'
import type { Api } from './app.ts'
import { problems, RequestProblem } from './problem.ts'
import { watch, type Watched } from './watch.ts'

/** A proxy closes a connection on which nothing comes for a minute or so; a page takes silence for a server that is away. */
const BEAT_MS = 15_000
/** A run of thousands of rows notifies of each chunk: readers hear of a table this often at most. */
const GATHER_MS = 500
/** Each open page holds one; every one is a socket and a place in the list. */
const MAX_STREAMS = 500
/** A reader that does not read what is sent holds this many bytes at most before it is dropped. */
const MAX_BUFFERED_BYTES = 256 * 1024

/** What the events come from. */
export interface EventSources {
  /** Makes a connection of its own. */
  connect: () => pg.Client
  /** Called as soon as a change is heard. */
  onChange: () => void
  watched: Omit<Watched, 'isHeard' | 'tell'>
}

/** Streams that are open, and what ends them. */
export interface EventStreams {
  close(): Promise<void>
}

/**
 * Adds the route. Events: `listening` (all that is told from now on; ask for everything once), `run` (its data: pipeline,
 * workflowId, runId, outcome), `rows` (table, runId, and the pipeline that the table belongs to), `beat` (nothing
 * happened, and the server is there), and what `watch` tells.
 */
export function addEvents(api: Api, { connect, onChange, watched }: EventSources): EventStreams {
  const streams = new Set<ServerResponse>()
  const stopping = new AbortController()
  let isListening = false
  const gathered = new Map<string, Change>()
  const send = (event: string, data: object) => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const stream of streams) {
      stream.write(text)
      if (stream.writableLength > MAX_BUFFERED_BYTES) stream.destroy()
    }
  }
  const flush = setInterval(() => {
    for (const { kind, ...data } of gathered.values())
      send(kind, 'table' in data ? { ...data, pipeline: pipelineOfTable(data.table) } : data)
    gathered.clear()
  }, GATHER_MS)
  const beat = setInterval(() => {
    send('beat', {})
  }, BEAT_MS)
  const listening = listenForChanges(
    connect,
    {
      onChange(change) {
        onChange()
        gathered.set(JSON.stringify(change), change)
      },
      onListening() {
        onChange()
        isListening = true
        send('listening', {})
      },
    },
    stopping.signal,
  )
  const watching = watch(
    {
      ...watched,
      isHeard: () => streams.size > 0,
      tell(event, data) {
        onChange()
        send(event, data)
      },
    },
    stopping.signal,
  )
  api.get(
    '/api/events',
    // Headers alone would hold a stream that has no end.
    { exposeHeadRoute: false, schema: { summary: 'Changes as Server-Sent Events', response: problems(503) } },
    (_request, reply) => {
      if (streams.size >= MAX_STREAMS) throw new RequestProblem(503, `${MAX_STREAMS} readers listen already.`)
      reply.hijack()
      const stream = reply.raw
      stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
      stream.write(isListening ? 'event: listening\ndata: {}\n\n' : ':\n\n')
    },
  )
  return {
    async close() {
      stopping.abort()
      clearInterval(flush)
      clearInterval(beat)
      for (const stream of streams) stream.destroy()
      await Promise.all([listening, watching])
    },
  }
}
