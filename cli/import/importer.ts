/** What a pipeline's column gives to `almanac import`. */
import type { Config } from '../../config/load-config.ts'
import type { FileReport } from './file-report.ts'

/** One requested import. */
export interface ImportRequest {
  files: string[]
  /** The options that the pipeline takes, by name. */
  options?: Record<string, string | undefined>
  /** Notes name everything, not only the first. */
  verbose?: boolean | undefined
  /** The time of the import: nothing can have been seen later. Default: now. */
  now?: Date
  /** Hears how much of a file was read: bytes, or files of a folder. */
  onProgress?: (file: string, done: number, total: number) => void
}

/** What became of an import: a report for each file, in their order. */
export interface ImportResult {
  /** What the rows belong to, if the pipeline alone does not say it; part of the JSON output. */
  about: Record<string, string>
  files: FileReport[]
}

/** A pipeline's part of the command. */
export interface Importer {
  /** Options that it takes, as commander writes them; pipelines may share one. */
  options: { flags: string; description: string }[]
  /** Arguments after the pipeline's id, one example each. */
  examples: string[]
  /** What a reader should know of it, in lines for the help text. */
  help: string
  /** Imports files. Throws `WrongUsage`, before anything is written, if a file or an option is wrong. */
  run: (config: Config, request: ImportRequest) => Promise<ImportResult>
}
