/** From a clone to a stored context: engine after engine until one's text passes the gate. */
import { createHash } from 'node:crypto'
import type { StoredVerdict } from '../../db/schema/library-context.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { Failure } from '../../core/failures.ts'
import { attemptRow, storeAttempt } from './attempts.ts'
import { cloneFolder } from './clones.ts'
import type { Clone } from './inputs.ts'
import { complaintIn } from './contextmaker/complaint.ts'
import type { Contextmaker, Mode } from './contextmaker/contextmaker.ts'
import type { ChildEnding, ActivityContext } from './activity-context.ts'
import type { ChildStep, LibraryTodo } from './inputs.ts'
import { contextFile } from './publish.ts'
import type { JudgedContext } from './judged-context.ts'
import type { Context } from './tree/static-context.ts'
import { failureReason, textReason, type Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'
import { sentence } from '../../wording/sentence.ts'

/** A text that passed, and the engine that made it. */
interface Made {
  context: Context
  engine: 'contextmaker' | 'static'
  mode: Mode | null
  version: string | null
  measures: Record<string, number>
}

/** State of one library's reading. */
interface Reading {
  context: ActivityContext
  todo: LibraryTodo
  clone: Clone
  folder: string
  verdicts: StoredVerdict[]
  /** Why the last judged text was refused. */
  refused: Reason[]
  /** Faults of an engine whose work another one replaced. */
  notes: Reason[]
}

/** Reads a clone and stores what passed the gate with the record of the attempt, in one transaction. */
export async function readClone(
  context: ActivityContext,
  { run, todo, clone }: ChildStep & { clone: Clone },
): Promise<ChildEnding> {
  const startedAt = performance.now()
  const folder = cloneFolder(context, { run, todo })
  const reading: Reading = {
    context,
    todo,
    clone,
    folder,
    verdicts: [],
    refused: [],
    notes: [],
  }
  const ready = await context.contextmaker.ready()
  const made =
    (ready.ok ? await askContextmaker(reading, ready.version) : undefined) ?? (await askStatic(reading))
  const notice = ready.ok
    ? {}
    : { notice: reason('contextmaker-not-run', { missing: ready.missing, remedy: ready.remedy }) }
  const now = context.clock()
  const outcome = made === undefined ? ('title-only' as const) : ('made' as const)
  const why = made === undefined ? refusalOf(reading.refused) : notesOf(reading.notes)
  const attempt = attemptRow(
    todo,
    {
      outcome,
      reason: why === undefined ? null : sentence(why),
      verdicts: reading.verdicts,
      commit: clone.commit,
      cloneBytes: clone.bytes,
      seconds: (performance.now() - startedAt) / 1000,
    },
    now,
  )
  const contexts = made === undefined ? [] : [contextRow(reading, made, now)]
  await storeAttempt(context, run.runId, { library_contexts: contexts, library_attempts: [attempt] }, now)
  return { outcome, bytes: clone.bytes, ...(why === undefined ? {} : { reason: why }), ...notice }
}

/** contextmaker's modes, the setting's first: if its text does not pass, the sources alone are tried. */
async function askContextmaker(reading: Reading, version: string): Promise<Made | undefined> {
  const { context } = reading
  const modes: Mode[] = [...new Set([context.settings.mode, 'strip' as const])]
  for (const mode of modes) {
    const made = await askMode(reading, mode, version)
    if (made !== undefined) return made
  }
  return undefined
}

async function askMode(reading: Reading, mode: Mode, version: string): Promise<Made | undefined> {
  const { context, folder } = reading
  const engine = 'contextmaker'
  const documents = await documentsBy(reading, mode)
  if (documents === undefined) return undefined
  const { markdown, log } = documents
  const head = headOf(reading, `contextmaker ${version}`, mode)
  const verdict = await context.trees.read({ folder, head, log }, context.signal, markdown)
  const broken = verdict.passed ? undefined : complaintIn(log)
  if (broken !== undefined)
    reading.notes.push(reason('contextmaker-failed', { mode, reason: textReason(broken) }))
  const reasons = [...(broken === undefined ? [] : [textReason(broken)]), ...verdict.reasons]
  noteVerdict(reading, { engine, mode, passed: verdict.passed, measures: { ...verdict.measures } }, reasons)
  return madeBy(verdict, { engine, mode, version })
}

/** contextmaker's documents in one mode; undefined, with a note, if it failed. */
async function documentsBy(
  reading: Reading,
  mode: Mode,
): Promise<Awaited<ReturnType<Contextmaker['make']>> | undefined> {
  const { context, todo, folder } = reading
  try {
    return await context.contextmaker.make({ tree: folder, name: nameOf(todo), mode, signal: context.signal })
  } catch (error) {
    if (!(error instanceof Failure) || FATAL.has(error.type)) throw error
    const why = failureReason(error)
    reading.notes.push(reason('contextmaker-failed', { mode, reason: why }))
    noteVerdict(reading, { engine: 'contextmaker', mode, passed: false, measures: {} }, [why])
    return undefined
  }
}

/** Faults of the machine, which another engine must not hide. */
const FATAL = new Set(['DiskFull', 'DatabaseUnavailable'])

/** Our own engine, which executes nothing. */
async function askStatic(reading: Reading): Promise<Made | undefined> {
  const { context, folder } = reading
  const head = headOf(reading, 'static', 'source tree')
  const verdict = await context.trees.read({ folder, head }, context.signal)
  const { passed, reasons } = verdict
  noteVerdict(reading, { engine: 'static', mode: null, passed, measures: { ...verdict.measures } }, reasons)
  return madeBy(verdict, { engine: 'static', mode: null, version: null })
}

function madeBy(
  { passed, context, measures }: JudgedContext,
  by: Pick<Made, 'engine' | 'mode' | 'version'>,
): Made | undefined {
  return passed && context !== undefined ? { context, ...by, measures: { ...measures } } : undefined
}

function headOf({ context, todo, clone }: Reading, engine: string, mode: string) {
  return {
    name: nameOf(todo),
    fullName: todo.name,
    commit: clone.commit,
    engine,
    mode,
    date: context.clock().toISOString().slice(0, 10),
    maxTokens: context.settings.max_tokens,
  }
}

function nameOf({ name }: LibraryTodo): string {
  return name.slice(name.indexOf('/') + 1)
}

/** Keeps why a text was refused: as sentences with the attempt, as reasons for the run. */
function noteVerdict(reading: Reading, verdict: Omit<StoredVerdict, 'reasons'>, reasons: Reason[]): void {
  reading.verdicts.push({ ...verdict, reasons: reasons.map((one) => sentence(one)) })
  reading.refused = reasons
}

/** Returns why no text was accepted: the reasons of the last engine, which had everything to read. */
function refusalOf(reasons: readonly Reason[]): Reason {
  return reasons.length === 0 ? reason('nothing-to-read') : reason('text-refused', { reasons })
}

function notesOf(notes: readonly Reason[]): Reason | undefined {
  return notes.length > 1 ? reason('several', { reasons: notes }) : notes[0]
}

function contextRow({ todo, clone }: Reading, made: Made, now: Date): WritableRows['library_contexts'] {
  const { markdown, tokens, left } = made.context
  return {
    library: todo.library,
    file: contextFile(todo.name),
    markdown,
    hash: createHash('sha256').update(markdown).digest('hex'),
    bytes: Buffer.byteLength(markdown),
    tokens,
    leftOut: left.length,
    commit: clone.commit,
    engine: made.engine,
    mode: made.mode,
    engineVersion: made.version,
    measures: made.measures,
    madeAt: now,
    leftAt: null,
  }
}
