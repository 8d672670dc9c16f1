/** What data sets there are, and what their columns mean. */
import * as z from 'zod'
import { ALL_DATA_SETS, type PlacedDataSet } from '../all-data-sets.ts'
import type { Api } from '../app.ts'
import { languageHeader, languageOf } from '../language.ts'
import type { Language } from '../../wording/sentence.ts'

const listSchema = z.object({
  data_sets: z.array(
    z.object({
      pipeline: z.string().nullable().describe('Null if it belongs to all of them'),
      name: z.string(),
      row: z.string().describe('What one row is'),
      address: z.string(),
      time: z.string().nullable().describe('Column by which "from" and "to" select'),
      order: z.array(z.string()).describe('Columns that together are unique'),
      columns: z.array(
        z.object({
          name: z.string(),
          type: z.enum(['text', 'integer', 'number', 'boolean', 'date', 'time']),
          unit: z.string().nullable(),
          meaning: z.string(),
          is_filter: z.boolean().describe('Rows can be selected by its value'),
          is_run: z.boolean().describe('It is the id of a run'),
        }),
      ),
    }),
  ),
})

/** The data sets as JSON. */
export type DataSetList = z.infer<typeof listSchema>

export function addDataSetList(api: Api): void {
  const lists = { en: listIn('en'), fr: listIn('fr') }
  api.get(
    '/api/data',
    {
      schema: {
        summary: 'All data sets and their columns',
        headers: languageHeader,
        response: { 200: listSchema },
      },
    },
    (request) => lists[languageOf(request)],
  )
}

const listIn = (language: Language): DataSetList => ({
  data_sets: ALL_DATA_SETS.map((placed) => described(placed, language)),
})

function described({ pipeline, name, address, in: texts }: PlacedDataSet, language: Language) {
  const { row, time, order, columns } = texts[language]
  return {
    pipeline: pipeline ?? null,
    name,
    row,
    address,
    time: time ?? null,
    order: [...order],
    columns: Object.entries(columns).map(([column, { type, unit, meaning, isFilter, isRun }]) => ({
      name: column,
      type,
      unit: unit ?? null,
      meaning,
      is_filter: isFilter ?? false,
      is_run: isRun ?? false,
    })),
  }
}
