/** Every data set with the first part of its address: those of the pipelines, and those that they share. */
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import type { DataSet, DataSets } from './data-set.ts'
import { API_PARTS } from './parts.ts'
import { SHARED_DATA_SETS } from './shared-data-sets.ts'

/** Stands in addresses where that of another data set has its pipeline. */
const STACK = 'stack'

export interface PlacedDataSet {
  name: string
  set: DataSet
  /** Undefined for what all pipelines share. */
  pipeline: PipelineId | undefined
  address: string
}

const placed = (sets: DataSets, pipeline?: PipelineId): PlacedDataSet[] =>
  Object.entries(sets).map(([name, set]) => ({
    name,
    set,
    pipeline,
    address: `/api/data/${pipeline ?? STACK}/${name}`,
  }))

/** All data sets, in the order of the pipelines. */
export const ALL_DATA_SETS: readonly PlacedDataSet[] = [
  ...PIPELINES.flatMap(({ id }) => placed(API_PARTS[id].dataSets, id)),
  ...placed(SHARED_DATA_SETS),
]
