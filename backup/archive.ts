/**
 * The file of a backup: a tar archive of a manifest, the dump of the database and the files, so that `tar`, `pg_restore` and
 * `sha256sum` read it without Almanac. Beside it stands its checksum.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import { almanacCommand } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'
import { jsonOrNothing } from '../core/json-or-nothing.ts'
import { fileFailure, OWNER_ONLY, writeFileAtomically } from '../system/atomic-file.ts'
import { runTool, type ToolOptions } from './run-tool.ts'

/** Parts of the archive. */
export const MANIFEST = 'manifest.json'
export const DUMP = 'database.dump'
export const FILES = 'files.tar.gz'

const manifestSchema = z.object({
  format: z.literal(1),
  made_at: z.iso.datetime(),
  /** Version of Almanac. */
  almanac: z.string(),
  /** Major version of the server; its dump is read by programs of that version or newer. */
  postgres: z.int(),
  stack: z.string(),
  tables: z.record(z.string(), z.object({ rows: z.number(), hash: z.string() })),
})

/** Of `tar`. */
type Tar = Pick<ToolOptions, 'env' | 'signal'>

/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifestSchema>

/** The file with the checksum of a backup, as `sha256sum --check` reads it. */
export const checksumFile = (file: string) => `${file}.sha256`

/** Packs the parts that lie in a folder into `file`, whole or not at all, with its checksum beside it. */
export async function pack(folder: string, file: string, tar: Tar): Promise<void> {
  const draft = `${file}.tmp`
  try {
    await runTool('tar', ['--create', `--file=${draft}`, `--directory=${folder}`, MANIFEST, DUMP, FILES], tar)
    const handle = await open(draft, 'r+')
    await handle.chmod(OWNER_ONLY)
    await handle.sync()
    await handle.close()
    writeFileAtomically(
      checksumFile(file),
      `${await sha256Of(draft, tar.signal)}  ${basename(file)}\n`,
      OWNER_ONLY,
    )
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw fileFailure(file, error) ?? error
  }
}

/**
 * Moves a packed backup to its place, with its checksum before it. A name that is taken is left to whoever has it: returns false.
 */
export function publish(draft: string, file: string): boolean {
  const [sum = ''] = readFileSync(checksumFile(draft), 'utf8').split(' ')
  if (existsSync(file) || !writeNew(checksumFile(file), `${sum}  ${basename(file)}\n`)) return false
  renameSync(draft, file)
  return true
}

/** Writes a file unless there is one of that name: of two who try, one does. Throws the error of the disk. */
function writeNew(path: string, content: string): boolean {
  let handle: number
  try {
    handle = openSync(path, 'wx', OWNER_ONLY)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  try {
    writeFileSync(handle, content, { flush: true })
    return true
  } catch (error) {
    rmSync(path)
    throw error
  } finally {
    closeSync(handle)
  }
}

/**
 * Unpacks a backup into an empty folder and returns its manifest. Throws `PayloadInvalid` if it is not as it was written, and
 * `NotFound` without its checksum.
 */
export async function unpack(file: string, folder: string, tar: Tar): Promise<Manifest> {
  await checkSum(file, tar.signal)
  await runTool(
    'tar',
    ['--extract', `--file=${file}`, `--directory=${folder}`, MANIFEST, DUMP, FILES],
    tar,
  ).catch((error: unknown) => {
    tar.signal?.throwIfAborted()
    throw damaged(file, error instanceof Error ? error.message : String(error))
  })
  return manifestIn(file, readFileSync(join(folder, MANIFEST), 'utf8'))
}

/** Throws `NotFound` if there is no such file. */
export function refuseMissing(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new Failure('NotFound', `There is no backup ${file}; "${almanacCommand('backup')}" makes one.`)
}

/** Throws `PayloadInvalid` if a backup is not as it was written, and `NotFound` without its checksum. */
export async function checkSum(file: string, signal?: AbortSignal): Promise<void> {
  const expected = existsSync(checksumFile(file))
    ? readFileSync(checksumFile(file), 'utf8').split(/\s/)[0]
    : undefined
  if (expected === undefined)
    throw new Failure(
      'NotFound',
      `${checksumFile(file)} is missing: without it nobody knows whether the backup is whole. Copy both files.`,
    )
  if ((await sha256Of(file, signal)) !== expected)
    throw damaged(file, 'it does not have the checksum in the file beside it')
}

function manifestIn(file: string, text: string): Manifest {
  const { data } = manifestSchema.safeParse(jsonOrNothing(text))
  if (data === undefined) throw damaged(file, `its ${MANIFEST} is of another version, or no manifest`)
  return data
}

/** A backup that cannot be trusted. */
export const damaged = (file: string, why: string) =>
  new Failure('PayloadInvalid', `${file} is damaged: ${why}. Use another backup.`)

/** Throws `PayloadInvalid` where the disk does not give back what was written, and the reason of the signal. */
async function sha256Of(file: string, signal = new AbortController().signal): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash, { signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && 'code' in error && error.code === 'EIO')
      throw damaged(file, 'the disk cannot read it (EIO)')
    throw error
  }
  return hash.digest('hex')
}
