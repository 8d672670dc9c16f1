/** The name of a pipeline for people: that of its page, or its id. */
import { useReader } from '../preferences.tsx'
import { PIPELINE_PAGES } from './index.ts'

export function usePipelineName(): (id: string) => string {
  const { language } = useReader()
  return (id) => PIPELINE_PAGES[id]?.title[language] ?? id
}
