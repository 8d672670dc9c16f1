/** What a pipeline's column says in French; the English stands in what is declared. */
import type { DataSets } from './data-set.ts'

/** What people read of data sets: of each what a row is and what its columns mean; and of all their units. */
export interface DataSetsInFrench<Sets extends DataSets = DataSets> {
  sets: { [Name in keyof Sets]: { row: string; columns: Record<keyof Sets[Name]['columns'], string> } }
  /** By the English unit. Those that several pipelines use are in api/french.ts. */
  units: Readonly<Record<string, string>>
}

/** A parameter of a run: its label, and what it does. */
export interface ParamInFrench {
  title: string
  help: string
}

export interface InFrench<Sets extends DataSets = DataSets> extends DataSetsInFrench<Sets> {
  summary: string
  /** The parameters of a run; those of several pipelines are in api/french.ts. */
  params: Readonly<Record<string, ParamInFrench>>
  /** What each activity does, by its name. */
  steps: Readonly<Record<string, string>>
  /** Names of upstreams that are not proper names, by the English one. */
  upstreams?: Readonly<Record<string, string>>
}
