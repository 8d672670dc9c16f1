/** A dry run of library-context: the lists, and which contexts a night would make. Clones nothing. */
import { sourcesOf } from '../../activities/library-context/domains.ts'
import { createLibraryContextActivities } from '../../activities/library-context/index.ts'
import type { LibraryTodo } from '../../activities/library-context/inputs.ts'
import { LISTS_EVENT, listChanges, type ListChange } from '../../core/library-context/night-event.ts'
import { counted } from '../../wording/text.ts'
import { eventOf } from '../../db/queries/run-events.ts'
import type { DryFindings, DryRun } from '../cli-part.ts'
import { table } from '../output.ts'
import { listLine } from './night-lines.ts'

export async function dryRun(dry: DryRun<'library-context'>): Promise<DryFindings | undefined> {
  const { run, params, dependencies } = dry
  // Such a run writes files alone.
  if (params.derive) return undefined
  const activities = createLibraryContextActivities(dependencies)
  if (params.library === undefined) {
    for (const source of sourcesOf(dependencies.settings, params.domain))
      await dry.source(source, () => activities.collectCatalogue({ run, params, source }))
    await dry.source('stars', () => activities.rankLibraries({ run, params }))
  }
  const todo: LibraryTodo[] = []
  await dry.batches('changes', async (after) => {
    const changes = await activities.findChanges({ run, params, after })
    todo.push(...changes.todo)
    return changes
  })
  const lists = listChanges.safeParse(await eventOf(dependencies.db, run.runId, LISTS_EVENT)).data ?? []
  return found(lists, todo)
}

function found(lists: ListChange[], todo: LibraryTodo[]): DryFindings {
  const contexts = todo.map(({ name, why }) => ({ library: name, why }))
  return {
    json: { lists, contexts },
    lines: [
      ...lists.map(listLine),
      ...(contexts.length === 0
        ? ['no context would be made']
        : [
            `${counted(contexts.length, 'context')} would be made`,
            table(
              ['library', 'why'],
              contexts.map(({ library, why }) => [library, why]),
            ),
          ]),
    ],
  }
}
