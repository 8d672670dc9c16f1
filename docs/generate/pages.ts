/** The generated pages of `docs/`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, type FormatConfig } from 'oxfmt'
import { packageRoot } from '../../system/package-root.ts'
import { cliPage } from './cli-page.ts'
import { configurationPage } from './configuration-page.ts'

/** A page by its path in the clone. */
export interface Page {
  file: string
  text: string
}

/** All generated pages as they should be now, formatted like every other file. */
export async function generatedPages(): Promise<Page[]> {
  const texts = { 'docs/configuration.md': configurationPage(), 'docs/cli.md': cliPage() }
  const options = JSON.parse(storedPage('.oxfmtrc.json')) as FormatConfig
  return Promise.all(
    Object.entries(texts).map(async ([file, text]) => {
      const { code, errors } = await format(file, text, options)
      if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
      return { file, text: code }
    }),
  )
}

/** The page as it is stored. Throws if it is missing. */
export function storedPage(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8')
}
