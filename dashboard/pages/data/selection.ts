/** What is selected of a data set, as the address of the page has it. */
import * as z from 'zod/mini'
import type { DataSetList } from '../../../api/data/list.ts'
import { addressOf, type Parameters } from '../../api.ts'
import { filterParameter } from '../../rows-search.ts'
import { pageNumber } from '../../view.ts'

export type DataSetEntry = DataSetList['data_sets'][number]
export type DataColumn = DataSetEntry['columns'][number]

/** Name of a data set among those of all pipelines: the end of its address. */
export const nameOf = ({ address }: DataSetEntry): string => address.replace('/api/data/', '')

const text = z.catch(z.optional(z.string()), undefined)

/** Filters stand beside these, each under the name of its column with `f.` before it. */
export const dataView = z.looseObject({
  set: text,
  from: text,
  to: text,
  value: text,
  by: text,
  page: pageNumber,
})
export type DataView = z.infer<typeof dataView>

/** What the API is asked for: filters of the set's columns, `from` and `to` if it has a time. */
export function selectionOf(set: DataSetEntry, view: DataView): Parameters {
  const filters = set.columns.flatMap(({ name, is_filter }) => {
    const value = view[filterParameter(name)]
    return is_filter && typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  const time = set.time === null ? {} : { from: view.from, to: view.to }
  return { ...Object.fromEntries(filters), ...time }
}

/** The filters among what is selected. */
export const filtersOf = ({ columns }: DataSetEntry, selection: Parameters): Record<string, string> =>
  Object.fromEntries(
    columns.flatMap(({ name, is_filter }) => {
      const value = selection[name]
      return is_filter && typeof value === 'string' ? [[name, value] as const] : []
    }),
  )

/** Columns that can be drawn over time. */
export const drawnColumns = ({ time, columns }: DataSetEntry): DataColumn[] =>
  time === null
    ? []
    : columns.filter(({ name, type }) => (type === 'integer' || type === 'number') && !isId(name))

/** Numbers that name something: neither drawn nor grouped in thousands. */
export const isId = (column: string) => /(?:^|_)id$/.test(column)

export const FORMATS = { csv: 'CSV', ndjson: 'JSON lines', parquet: 'Parquet' } as const

export const exportAddress = (set: DataSetEntry, selection: Parameters, format: string) =>
  addressOf(`${set.address}/export`, { ...selection, format })

/** Whether the time of the set is a UTC day. */
export const isDailySet = ({ time, columns }: DataSetEntry) =>
  columns.some(({ name, type }) => name === time && type === 'date')
