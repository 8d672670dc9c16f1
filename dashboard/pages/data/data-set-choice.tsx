/** Which data set is shown. */
import { useId } from 'react'
import { useReader, useSharedWords } from '../../preferences.tsx'
import { PIPELINE_PAGES } from '../../pipelines/index.ts'
import { nameOf, type DataSetEntry } from './selection.ts'

interface DataSetChoiceProps {
  sets: readonly DataSetEntry[]
  chosen: DataSetEntry
  /** Gets the change of the view: all that belonged to another set goes. */
  choose: (change: Record<string, string | undefined>) => void
}

export function DataSetChoice({ sets, chosen, choose }: DataSetChoiceProps) {
  const say = useSharedWords()
  const { language } = useReader()
  const id = useId()
  const labelOf = (pipeline: string | null) =>
    pipeline === null ? say('data.shared') : (PIPELINE_PAGES[pipeline]?.title[language] ?? pipeline)
  const pipelines = [...new Set(sets.map(({ pipeline }) => pipeline))]
  return (
    <div className="set-choice">
      <label htmlFor={id}>{say('data.choose')}</label>
      <select
        id={id}
        value={nameOf(chosen)}
        onChange={({ target }) => {
          choose(onlySet(target.value))
        }}
      >
        {pipelines.map((pipeline) => (
          <optgroup key={pipeline ?? ''} label={labelOf(pipeline)}>
            {sets
              .filter((set) => set.pipeline === pipeline)
              .map((set) => (
                <option key={set.name} value={nameOf(set)}>
                  {set.name}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <span className="soft">{say('data.each', { row: chosen.row })}</span>
    </div>
  )
}

/** The view of another set: every other parameter of the address goes. */
function onlySet(set: string): Record<string, string | undefined> {
  const others = [...new URLSearchParams(location.search).keys()].map((name) => [name, undefined] as const)
  return { ...Object.fromEntries(others), set }
}
