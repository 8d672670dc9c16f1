/** The page of a pipeline: its name for people, and the file that holds it. */
import type { LoadPage } from '../pages/page-entry.ts'
import type { Language } from '../words/text.ts'

export interface PipelinePage {
  /** Its name in the navigation, by language. */
  title: Record<Language, string>
  load: LoadPage
}
