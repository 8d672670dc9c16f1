/** Lists and context files, rendered from the database alone: the next run repairs a crash in between. */
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import {
  contextText,
  markLeft,
  removeContext,
  renameContextFiles,
  storedContexts,
  type StoredContext,
} from '../../db/queries/library-context/contexts.ts'
import { knownLibraries, newestList, type KnownLibrary } from '../../db/queries/library-context/libraries.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { insideFolder } from '../../system/inside-folder.ts'
import { domainsOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import { reason } from '../../wording/reason.ts'

/** File of a library's context. Owner and name: two libraries called `poppy` do not overwrite each other. */
export function contextFile(fullName: string): string {
  return `${fullName.replace('/', '__')}-context.txt`
}

/** Folders of what is published. */
export function publishedIn(dataDir: string) {
  const folder = join(dataDir, 'libraries')
  return { folder, contexts: join(folder, 'contexts') }
}

/** Writes what is missing or differs: contexts first, so that no list names a missing file. */
export async function publishAll(context: ActivityContext): Promise<SourceCounts> {
  const { db, settings, dataDir, clock } = context
  const domains = domainsOf(settings)
  await markLeft(
    db,
    domains.map(({ id }) => id),
    clock(),
  )
  const { folder, contexts: contextFolder } = publishedIn(dataDir)
  mkdirSync(contextFolder, { recursive: true })
  const contexts = await currentContexts(context, contextFolder)
  let written = 0
  for (const one of contexts) if (await renderContext(context, contextFolder, one)) written++
  linkShortNames(contextFolder, contexts)
  const known = new Map((await knownLibraries(db)).map((one) => [one.library, one]))
  let lists = 0
  const byLibrary = new Map(contexts.map((one) => [one.library, one]))
  for (const domain of domains) {
    const list = await newestList(db, domain.id)
    if (list === undefined) continue
    lists++
    const text = `${JSON.stringify(listFile(domain, list, known, byLibrary), null, 2)}\n`
    if (replace(insideFolder(folder, `${domain.id}-libraries.json`), text)) written++
  }
  if (lists + contexts.length === 0) return { ...NOTHING, outcome: 'skipped', why: [reason('no-list')] }
  return { ...NOTHING, fetched: contexts.length, written }
}

/** Returns all contexts under their present names; expired ones are removed, file first. */
async function currentContexts(context: ActivityContext, folder: string): Promise<StoredContext[]> {
  const { db, settings, clock } = context
  const kept: StoredContext[] = []
  for (const one of await storedContexts(db)) {
    const keptUntil =
      one.leftAt === null ? undefined : one.leftAt.getTime() + settings.keep_left_days * DAY_MS
    if (keptUntil !== undefined && keptUntil <= clock().getTime()) {
      rmSync(insideFolder(folder, one.file), { force: true })
      await removeContext(db, one.library)
      continue
    }
    kept.push(one)
  }
  await moveFiles(db, folder, kept)
  return kept.map((one) => ({ ...one, file: contextFile(one.name) }))
}

/** All at once: one library may have taken the name of another. A file whose name is another's now is replaced later. */
async function moveFiles(db: Database, folder: string, contexts: readonly StoredContext[]): Promise<void> {
  const moved = contexts.filter(({ name, file }) => file !== contextFile(name))
  if (moved.length === 0) return
  const taken = new Set(contexts.map(({ name }) => contextFile(name)))
  await db.transaction(async (tx) => {
    await renameContextFiles(
      tx,
      moved.map(({ library, name }) => ({ library, file: contextFile(name) })),
    )
    // Once no name is refused, and before the commit: the next run repeats what a crash leaves half done.
    for (const { file } of moved) if (!taken.has(file)) rmSync(insideFolder(folder, file), { force: true })
  })
}

/** Writes a context's file if it is missing or holds another text. */
async function renderContext({ db }: ActivityContext, folder: string, one: StoredContext): Promise<boolean> {
  const path = insideFolder(folder, one.file)
  if ((await hashOf(path)) === one.hash) return false
  const text = await contextText(db, one.library)
  if (text === undefined) return false
  writeFileAtomically(path, text)
  return true
}

async function hashOf(path: string): Promise<string | undefined> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

/** `{name}-context.txt`, as the documents call it, links to the file if only one library has that name. */
function linkShortNames(folder: string, contexts: readonly StoredContext[]): void {
  const short = new Map<string, StoredContext[]>()
  for (const one of contexts) {
    const name = one.name.slice(one.name.indexOf('/') + 1).toLowerCase()
    short.set(name, [...(short.get(name) ?? []), one])
  }
  const wanted = new Map<string, string>()
  for (const [one, ...others] of short.values()) {
    if (one === undefined || others.length > 0) continue
    wanted.set(`${one.name.slice(one.name.indexOf('/') + 1)}-context.txt`, one.file)
  }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue
    if (readlinkSync(join(folder, entry.name)) === wanted.get(entry.name)) wanted.delete(entry.name)
    else rmSync(join(folder, entry.name))
  }
  for (const [name, file] of wanted) {
    // A name such as `a__b` may be the file of another library: the file wins.
    const path = insideFolder(folder, name)
    if (lstatSync(path, { throwIfNoEntry: false })) continue
    const draft = `${path}.${process.pid}.tmp`
    symlinkSync(file, draft)
    renameSync(draft, path)
  }
}

/** The document's keys first, then ours. `last_updated` is when the list was last confirmed, not when it was written. */
export function listFile(
  domain: ReturnType<typeof domainsOf>[number],
  list: NonNullable<Awaited<ReturnType<typeof newestList>>>,
  known: ReadonlyMap<string, KnownLibrary>,
  contexts: ReadonlyMap<string, StoredContext>,
) {
  const libraries = list.places.map(({ library, rank, stars }) => {
    const { name = library, state = 'unknown' } = known.get(library) ?? {}
    const context = contexts.get(library)
    return {
      name,
      github_url: `https://github.com/${name}`,
      stars: stars ?? 0,
      rank,
      hasContextFile: context !== undefined,
      contextFileName: context?.file ?? '',
      archived: state === 'archived',
      contextEngine: context?.engine ?? null,
      contextCommit: context?.commit ?? null,
      contextTokens: context?.tokens ?? null,
      contextMadeAt: context?.madeAt.toISOString() ?? null,
    }
  })
  return {
    libraries,
    domain: domain.id,
    description: domain.description,
    keywords: domain.keywords,
    last_updated: list.listedAt.toISOString(),
  }
}

function replace(path: string, text: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path, 'utf8') === text)
    return false
  writeFileAtomically(path, text)
  return true
}
