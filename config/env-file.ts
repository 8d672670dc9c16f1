/** Reads `.env` and remembers the line of each setting. */
import { parse } from 'dotenv'
import { settingsText } from './settings-text.ts'

export interface EnvFile {
  values: Record<string, string>
  /** `<file>, line 3` for a setting; the file alone for one that it lacks. */
  placeOf: (name: string) => string
  /** Lines that are neither a setting nor a comment, as places: the parser passes over them. */
  strangeLines: string[]
}

/** The beginning of a setting, as the parser recognises it. */
const SETTING = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/

/** Throws `Misconfigured` if the file cannot be read. */
export function readEnvFile(file: string): EnvFile {
  const text = settingsText(file)
  const values = parse(text)
  const lines = text.split(/\r\n|\n|\r/)
  const placeAt = (index: number) => `${file}, line ${index + 1}`
  // Lines within a value look like anything.
  const isOneLineEach = Object.values(values).every((value) => !value.includes('\n'))
  return {
    values,
    // Of several with the same name the last one counts.
    placeOf: (name) => {
      const index = lines.findLastIndex((line) => SETTING.exec(line)?.[1] === name)
      return index < 0 ? file : placeAt(index)
    },
    strangeLines: lines.flatMap((line, index) =>
      isOneLineEach && !/^\s*(?:#|$)/.test(line) && !SETTING.test(line) ? [placeAt(index)] : [],
    ),
  }
}
