/** `almanac import`: brings the history of an older collector into the database. */
import { SingleBar } from 'cli-progress'
import type { Config } from '../../config/load-config.ts'
import type { Pipeline } from '../../registry.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import type { FileReport } from '../import/file-report.ts'
import { importCryptoForecast } from '../crypto-forecast/import/import-crypto-forecast.ts'
import { importMatchResults } from '../match-results/import/import-match-results.ts'
import { importModStats } from '../mod-stats/import/import-mod-stats.ts'
import { print, printJson, table } from '../output.ts'
import { terminal } from '../terminal.ts'
import { knownPipeline, stackName } from './run.ts'

interface ImportCommandOptions extends GlobalOptions {
  mod?: string
  date?: string
  json?: boolean
}

type Importer = (config: Config, files: string[], options: ImportCommandOptions) => Promise<void>

/** What each pipeline takes over from its predecessor. */
const IMPORTERS: Partial<Record<Pipeline['id'], Importer>> = {
  'mod-stats': modStats,
  'crypto-forecast': byFilesAlone(
    'crypto-forecast',
    importCryptoForecast,
    '--mod and --date belong to mod-stats (--date also to library-context); files of crypto-forecast name coin and time.',
  ),
  'library-context': libraryContext,
  'match-results': byFilesAlone(
    'match-results',
    importMatchResults,
    '--mod and --date belong to other pipelines; files of match-results name match and time.',
  ),
}

/** Imports files for a pipeline; answers the exit code. Throws `WrongUsage` where a file or an argument is wrong. */
export async function importFiles(
  id: string,
  files: string[],
  options: ImportCommandOptions,
): Promise<number> {
  const importer = IMPORTERS[knownPipeline(id).id]
  if (importer === undefined) {
    throw new WrongUsage(
      `${id} has nothing to import; expected one of: ${Object.keys(IMPORTERS).join(', ')}.`,
    )
  }
  await importer(configOf(options), files, options)
  return EXIT.done
}

async function modStats(
  config: Config,
  files: string[],
  { mod, date, json }: ImportCommandOptions,
): Promise<void> {
  const result = await withProgress((onProgress) => importModStats(config, { files, mod, date, onProgress }))
  if (json) printJson(result)
  else printReports(`${stackName(config)}imported for ${result.mod}`, result.files)
}

/** An importer whose files name everything themselves: `refusal` says so where --mod or --date is given. */
function byFilesAlone(
  id: string,
  importer: (
    config: Config,
    options: { files: string[]; onProgress: OnProgress },
  ) => Promise<{ files: FileReport[] }>,
  refusal: string,
): Importer {
  return async (config, files, { mod, date, json }) => {
    if (mod !== undefined || date !== undefined) throw new WrongUsage(refusal)
    const result = await withProgress((onProgress) => importer(config, { files, onProgress }))
    if (json) printJson(result)
    else printReports(`${stackName(config)}imported for ${id}`, result.files)
  }
}

async function libraryContext(
  config: Config,
  files: string[],
  { mod, date, json, verbose }: ImportCommandOptions,
): Promise<void> {
  if (mod !== undefined)
    throw new WrongUsage('--mod belongs to mod-stats; lists of library-context name libraries.')
  // Loaded when it is asked for: with it come the steps of the night, which no other import needs.
  const { importLibraryContext } = await import('../library-context/import/import-library-context.ts')
  const result = await withProgress((onProgress) =>
    importLibraryContext(config, { files, date, verbose, onProgress }),
  )
  if (json) printJson(result)
  else printReports(`${stackName(config)}imported for library-context`, result.files)
}

/** Shorter imports need no word that they have begun. */
const QUIET_MS = 2_000

type OnProgress = (file: string, bytes: number, total: number) => void

/** A bar on a terminal, one line a file elsewhere; both on stderr, since stdout is for the answer. */
async function withProgress<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const bar = new SingleBar({
    format: 'importing {file} {bar} {percentage} %',
    hideCursor: true,
    clearOnComplete: true,
  })
  const { stderr } = terminal()
  const started = Date.now()
  let told = ''
  try {
    return await work((file, bytes, total) => {
      if (Date.now() - started < QUIET_MS) return
      if (!stderr.isTTY) {
        if (file !== told) stderr.write(`importing ${file} …\n`)
      } else if (bar.isActive) {
        bar.setTotal(total)
        bar.update(bytes, { file })
      } else bar.start(total, bytes, { file })
      told = file
    })
  } finally {
    bar.stop()
  }
}

function printReports(title: string, reports: FileReport[]): void {
  print(title)
  print(
    table(
      ['file', 'holds', 'read', 'written', 'unchanged', 'skipped', 'why'],
      reports.map((report) => {
        const skipped = Object.entries(report.skipped)
        const why = [...skipped.map(([reason, lines]) => `${lines}: ${reason}`), ...report.notes].join('\n')
        const lines = skipped.reduce((sum, [, count]) => sum + count, 0)
        return [report.file, report.kind, report.read, report.written, report.unchanged, lines, why]
      }),
    ),
  )
  for (const { file, problems } of reports)
    for (const { line, reason } of problems) print(`${file}:${line}: ${reason}`)
}
