/** `almanac libraries`: the lists by stars, and the status of each context. */
import { almanacCommand } from '../../core/command-name.ts'
import { withDatabase } from '../../client/connection.ts'
import { domainLines, footLines } from './library-table.ts'
import { counted } from '../../wording/text.ts'
import {
  librariesStatus,
  type DomainStatus,
  type StatusOptions,
} from '../../client/library-context/status.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print, printJson } from '../output.ts'
import { stackName } from '../command-context.ts'

type LibrariesOptions = GlobalOptions & StatusOptions & { json?: boolean }

/** Prints the lists. Throws `WrongUsage` for an unknown domain. */
export async function libraries(options: LibrariesOptions): Promise<void> {
  const config = configOf(options)
  await withDatabase(config, async ({ db }) => {
    const status = await librariesStatus(db, config, options)
    if (options.json) {
      printJson(status)
      return
    }
    const stack = stackName(config)
    for (const [index, domain] of status.domains.entries()) {
      if (index > 0) print()
      print(`${stack}${domainText(domain, options)}`)
    }
    for (const line of footLines(status)) print(line)
    for (const id of status.withoutList) print(`${stack}no list of ${id} yet; ${firstRun()} makes it`)
    if (status.domains.length + status.withoutList.length === 0)
      print(`${stack}almanac.yaml names no domain; its section library-context says which lists are kept`)
  })
}

function domainText(domain: DomainStatus, { missingContext }: LibrariesOptions): string {
  const lines = domainLines(domain, new Date())
  if (!missingContext) return lines.join('\n')
  const { length } = domain.libraries
  const without =
    length === 0
      ? 'every library has a context'
      : `without a context: ${counted(length, 'library', 'libraries')}`
  return [...lines.slice(0, 3), without, ...lines.slice(3)].join('\n')
}

const firstRun = () => `"${almanacCommand('run library-context --wait')}"`
