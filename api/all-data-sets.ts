/** Every data set with the first part of its address: those of the pipelines, and those that they share. */
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import { inFrenchType } from '../wording/french.ts'
import type { Language } from '../wording/sentence.ts'
import type { DataSet, DataSets } from './data-set.ts'
import { SHARED_IN_FRENCH } from './french.ts'
import type { DataSetsInFrench } from './in-french.ts'
import { API_PARTS } from './parts.ts'
import { SHARED_DATA_SETS } from './shared-data-sets.ts'

/** Stands in addresses where that of another data set has its pipeline. */
const STACK = 'stack'

export interface PlacedDataSet {
  name: string
  set: DataSet
  /** The same with its texts in each language. */
  in: Record<Language, DataSet>
  /** Undefined for what all pipelines share. */
  pipeline: PipelineId | undefined
  address: string
}

const placed = (sets: DataSets, french: DataSetsInFrench, pipeline?: PipelineId): PlacedDataSet[] =>
  Object.entries(sets).map(([name, set]) => ({
    name,
    set,
    in: { en: set, fr: frenchSet(name, set, french) },
    pipeline,
    address: `/api/data/${pipeline ?? STACK}/${name}`,
  }))

/** The set with its French texts. One that is missing stays English; tests/unit/api/data-sets.test.ts names it. */
function frenchSet(name: string, set: DataSet, { sets, units }: DataSetsInFrench): DataSet {
  const shared: DataSetsInFrench['units'] = SHARED_IN_FRENCH.units
  const texts = sets[name]
  const columns = Object.entries(set.columns).map(([column, { meaning, unit, ...facts }]) => [
    column,
    {
      ...facts,
      meaning: inFrenchType(texts?.columns[column] ?? meaning),
      ...(unit !== undefined && { unit: units[unit] ?? shared[unit] ?? unit }),
    },
  ])
  return {
    ...set,
    row: inFrenchType(texts?.row ?? set.row),
    columns: Object.fromEntries(columns) as DataSet['columns'],
  }
}

/** All data sets, in the order of the pipelines. */
export const ALL_DATA_SETS: readonly PlacedDataSet[] = [
  ...PIPELINES.flatMap(({ id }) => placed(API_PARTS[id].dataSets, API_PARTS[id].inFrench, id)),
  ...placed(SHARED_DATA_SETS, SHARED_IN_FRENCH),
]
