/** The weeks before a demo: what an older collector of its world left, taken over by the importers. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/load-config.ts'
import { sentenceOf } from '../core/failures.ts'
import type { Say } from '../core/log-records.ts'
import type { Pipeline } from '../pipelines/index.ts'
import { demoPast } from '../simulator/index.ts'
import type { FileReport } from './import/file-report.ts'
import { CLI_PARTS } from './parts.ts'

/** Below the demo's folder: the files that were imported, by pipeline. */
const FOLDER = 'past'

/**
 * Imports the past of each pipeline that has one, unless this demo has it already. Ends early once `stopped`; what could
 * not be imported is said, and tried again at the next start.
 */
export async function importDemoPast(
  config: Config,
  pipelines: readonly Pipeline[],
  { say, stopped }: { say: Say; stopped: AbortSignal },
): Promise<void> {
  for (const pipeline of pipelines) {
    const folder = join(config.stateDir, FOLDER, pipeline.id)
    if (existsSync(folder)) continue
    try {
      await importPast(config, pipeline, { folder, say, stopped })
    } catch (error) {
      if (stopped.aborted) return
      say(`imported   nothing more of ${pipeline.id}: ${sentenceOf(error)}; the next start tries again`)
    }
  }
}

/** The folder has its name once everything in it is imported. */
async function importPast(
  config: Config,
  { id }: Pipeline,
  { folder, say, stopped }: { folder: string; say: Say; stopped: AbortSignal },
): Promise<void> {
  const past = demoPast(id, new Date())
  const importer = await CLI_PARTS[id].importer?.()
  if (past.length === 0 || importer === undefined) return
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const reports: FileReport[] = []
  for (const [at, { files, options }] of past.entries()) {
    if (stopped.aborted) return
    const paths = writeFiles(join(unfinished, String(at + 1)), files)
    reports.push(...(await importer.run(config, { files: paths, options })).files)
  }
  renameSync(unfinished, folder)
  const rows = reports.reduce((sum, { written }) => sum + written, 0)
  say(`imported   ${id}: ${rows} lines of the weeks before, from ${folder}`)
}

function writeFiles(folder: string, files: Record<string, string>): string[] {
  mkdirSync(folder, { recursive: true })
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  })
}
