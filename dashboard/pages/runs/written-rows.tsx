/** From a run to the rows that it wrote, in each data set whose rows name their run. */
import { Link } from '@tanstack/react-router'
import type { DataSetList } from '../../../api/data/list.ts'
import { useApi } from '../../api.ts'
import { useWords } from '../../preferences.tsx'
import { rowsSearch } from '../../rows-search.ts'
import type { RunDetails } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

export function WrittenRows({ run: { pipeline, run_id } }: { run: RunDetails }) {
  const say = useWords(RUN_WORDS)
  const { data } = useApi<DataSetList>('/api/data')
  const named = (data?.data_sets ?? []).flatMap((set) => {
    const column = set.columns.find(({ is_run }) => is_run)
    return set.pipeline === pipeline && column !== undefined
      ? [{ name: set.name, row: set.row, column: column.name }]
      : []
  })
  if (named.length === 0) return null
  return (
    <p className="links">
      {say('rows.written')}{' '}
      {named.map(({ name, row, column }) => (
        <Link
          key={name}
          to="/data"
          search={rowsSearch(`${pipeline}/${name}`, { [column]: run_id }) as never}
          title={row}
        >
          {name}
        </Link>
      ))}
    </p>
  )
}
