/** A line of the navigation. */
import type { ComponentType } from 'react'
import type { SharedKey } from '../words/index.ts'

/** A file that holds a page; loaded when the page is first shown. */
export type LoadPage = () => Promise<{ default: ComponentType }>

export interface PageEntry {
  /** `/data`; a page below it is an entry of its own: `/runs/$id`. */
  path: string
  /** Its name in the navigation; a page without one is reached from others. */
  title?: SharedKey
  load: LoadPage
}
