/** The pipeline whose page is shown, if it is off: its parts then promise no rows. */
import { createContext } from 'react'

export const OffPipeline = createContext<string | undefined>(undefined)
