/** `almanac import`: brings the history of an older collector into the database. */
import { Option } from '@commander-js/extra-typings'
import { SingleBar } from 'cli-progress'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { isRefused, type FileReport } from '../import/file-report.ts'
import type { Importer, ImportRequest } from '../import/importer.ts'
import { loadImporters } from '../import/importers.ts'
import { printable } from '../../core/foreign-text.ts'
import { print, printJson, table } from '../output.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { terminal } from '../terminal.ts'

interface ImportCommandOptions extends GlobalOptions {
  json?: boolean
}

/** Imports files for a pipeline; returns the exit code. Throws `WrongUsage` if a file or an option is wrong. */
export async function importFiles(id: string, files: string[], given: ImportCommandOptions): Promise<number> {
  const importers = await loadImporters()
  const importer = importers.get(knownPipeline(id).id)
  if (importer === undefined)
    throw new WrongUsage(`${id} has nothing to import; expected one of: ${[...importers.keys()].join(', ')}.`)
  const options = optionsOf(id, importers, given)
  const config = configOf(given)
  const { about, files: reports } = await withProgress((onProgress) =>
    importer.run(config, { files, options, verbose: given.verbose, onProgress }),
  )
  if (given.json) printJson({ ...about, files: reports })
  else printReports(`${stackName(config)}imported for ${Object.values(about).join(', ') || id}`, reports)
  return reports.some(isRefused) ? EXIT.runFailed : EXIT.done
}

/** The options that the pipeline's importer takes, by name. Throws `WrongUsage` for one of another pipeline. */
function optionsOf(
  id: string,
  importers: ReadonlyMap<string, Importer>,
  given: object,
): Record<string, string | undefined> {
  const values = new Map<string, string | undefined>(Object.entries(given))
  const all = [...importers].flatMap(([owner, { options }]) =>
    options.map(({ flags }) => ({ owner, flags, name: new Option(flags).attributeName() })),
  )
  const own = all.filter(({ owner }) => owner === id).map(({ name }) => name)
  const foreign = all.filter(({ name }) => !own.includes(name) && values.has(name))
  if (foreign[0] !== undefined) {
    const owners = foreign.filter(({ name }) => name === foreign[0]?.name).map(({ owner }) => owner)
    throw new WrongUsage(`${foreign[0].flags} belongs to ${owners.join(' and ')}; ${id} does not take it.`)
  }
  return Object.fromEntries(own.map((name) => [name, values.get(name)]))
}

/** Shorter imports need no word that they have begun. */
const QUIET_MS = 2_000

/** A bar on a terminal, one line a file elsewhere; both on stderr, since stdout is for the result. */
async function withProgress<T>(
  work: (onProgress: NonNullable<ImportRequest['onProgress']>) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({
    format: 'importing {file} {bar} {percentage} %',
    hideCursor: true,
    clearOnComplete: true,
  })
  const { stderr } = terminal()
  const started = Date.now()
  let reported = ''
  try {
    return await work((file, done, total) => {
      if (Date.now() - started < QUIET_MS) return
      if (!stderr.isTTY) {
        if (file !== reported) stderr.write(`importing ${file} …\n`)
      } else if (bar.isActive) {
        bar.setTotal(total)
        bar.update(done, { file: printable(file) })
      } else bar.start(total, done, { file: printable(file) })
      reported = file
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
  for (const { file, read, refused } of reports.filter(isRefused))
    print(`${file}: nothing was taken; ${refused} of ${read} lines were refused`)
}
