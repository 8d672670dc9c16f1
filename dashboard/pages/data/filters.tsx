/** The form that selects rows by columns and by time. */
import type { Parameters } from '../../api.ts'
import { useSharedWords } from '../../preferences.tsx'
import { filterParameter } from '../../rows-search.ts'
import type { DataSetEntry } from './selection.ts'

interface FiltersProps {
  set: DataSetEntry
  selection: Parameters
  apply: (change: Record<string, string | undefined>) => void
}

/** Parameters that select by time. */
const TIMES = ['from', 'to']
/** Longest filter that the API takes. */
const FILTER_LENGTH = 300

export function Filters({ set, selection, apply }: FiltersProps) {
  const say = useSharedWords()
  const filters = set.columns.filter(({ is_filter }) => is_filter)
  if (filters.length === 0 && set.time === null) return null
  const submit = (form: HTMLFormElement) => {
    const entries = [...new FormData(form)].map(([name, value]) => {
      const text = typeof value === 'string' ? value.trim() : ''
      // A day that nobody changed may stand for a moment of it.
      const before = selection[name]
      const isSame = TIMES.includes(name) && typeof before === 'string' && before.slice(0, 10) === text
      return [name, text === '' ? undefined : isSame ? before : text] as const
    })
    apply({ ...Object.fromEntries(entries), page: undefined })
  }
  const clear = () => {
    const names = [...filters.map(({ name }) => filterParameter(name)), ...TIMES, 'page']
    apply(Object.fromEntries(names.map((name) => [name, undefined])))
  }
  return (
    <form
      className="filters"
      aria-label={say('data.filters')}
      onSubmit={(event) => {
        event.preventDefault()
        submit(event.currentTarget)
      }}
    >
      {filters.map(({ name, meaning }) => (
        <label key={name} title={meaning}>
          {name}
          <input name={filterParameter(name)} defaultValue={selection[name]} maxLength={FILTER_LENGTH} />
        </label>
      ))}
      {set.time !== null && (
        <>
          <label>
            {say('data.from')} (UTC)
            <input type="date" name="from" defaultValue={String(selection['from'] ?? '').slice(0, 10)} />
          </label>
          <label>
            {say('data.to')} (UTC)
            <input type="date" name="to" defaultValue={String(selection['to'] ?? '').slice(0, 10)} />
          </label>
        </>
      )}
      <span className="buttons">
        <button type="submit" className="primary">
          {say('data.apply')}
        </button>
        <button type="button" onClick={clear}>
          {say('data.clear')}
        </button>
      </span>
    </form>
  )
}
