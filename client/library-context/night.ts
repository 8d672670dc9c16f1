/** The results of a night of library-context, as its run stored them. */
import type { Database } from '../../db/database.ts'
import { eventOf } from '../../db/queries/run-events.ts'
import { libraryNight, type LibraryNight } from '../../core/library-context/night-event.ts'

/** Returns the event of a run; undefined for a run that stored none, or one of an older form. */
export async function nightOf(db: Database, runId: string): Promise<LibraryNight | undefined> {
  return libraryNight.safeParse(await eventOf(db, runId, 'library-night')).data
}
