/** Starts a run: a pipeline, its parameters if a person wants any, and a button. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import * as z from 'zod/mini'
import { Panel } from '../../blocks/panel.tsx'
import { Choice } from '../../blocks/choice.tsx'
import { ReaderNote, useChange, useMayChange } from '../../blocks/change.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { fieldsOf, paramsOf, type Field } from './fields.ts'
import type { PipelineEntry } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

interface CollectNowProps {
  query: UseQueryResult<{ pipelines: PipelineEntry[] }>
}

/** The pipeline that is chosen, since a page of a pipeline links here with it; else the one that the list is of. */
const name = z.catch(z.optional(z.string()), undefined)
const collectView = z.object({ collect: name, pipeline: name })

export function CollectNow({ query }: CollectNowProps) {
  const say = useWords(RUN_WORDS)
  return (
    <Panel title={say('collect.title')} query={query}>
      {({ pipelines }) => <Collecting pipelines={pipelines} />}
    </Panel>
  )
}

function Collecting({ pipelines }: { pipelines: readonly PipelineEntry[] }) {
  const say = useWords(RUN_WORDS)
  const nameOf = usePipelineName()
  const [view, change] = useView(collectView)
  const mayChange = useMayChange()
  const chosen =
    pipelines.find(({ id }) => id === (view.collect ?? view.pipeline)) ??
    pipelines.find(({ enabled }) => enabled) ??
    pipelines[0]
  if (!mayChange) return <ReaderNote />
  if (chosen === undefined) return null
  return (
    <>
      <div className="pick">
        <Choice
          label={say('collect.pipeline')}
          options={pipelines.map(({ id }) => [id, nameOf(id)])}
          value={chosen.id}
          choose={(id) => {
            change({ collect: id })
          }}
        />
      </div>
      <p className="soft">{chosen.summary}</p>
      {!chosen.enabled && <p className="stale">{say('collect.off')}</p>}
      <StartForm key={chosen.id} pipeline={chosen} />
    </>
  )
}

function StartForm({ pipeline: { id, params } }: { pipeline: PipelineEntry }) {
  const say = useWords(RUN_WORDS)
  const start = useChange<{ run_id: string; workflow_id: string }>()
  const fields = fieldsOf(params)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (start.isPending) return
        const form = new FormData(event.currentTarget)
        const valueOf = (name: string) => {
          const value = form.get(name)
          return typeof value === 'string' ? value : ''
        }
        start.mutate({ address: `/api/pipelines/${id}/runs`, body: paramsOf(fields, valueOf) })
      }}
    >
      {fields.length > 0 && (
        <details>
          <summary>{say('collect.params')}</summary>
          <div className="params">
            {fields.map((field) => (
              <ParamField key={field.name} field={field} />
            ))}
          </div>
        </details>
      )}
      <div className="buttons">
        <button type="submit" className="primary" aria-disabled={start.isPending}>
          {say('collect.start')}
        </button>
      </div>
      <p role="status">
        {start.data && (
          <>
            {say('collect.started')}{' '}
            <Link to={`/runs/${encodeURIComponent(start.data.run_id)}`}>{say('collect.follow')}</Link>
          </>
        )}
      </p>
      {start.error !== null && <Trouble error={start.error} />}
    </form>
  )
}

function ParamField({ field: { name, title, kind, help, choices } }: { field: Field }) {
  const helpId = `help-${name}`
  return (
    <div className="param">
      {kind === 'flag' ? (
        <label className="flag">
          <input type="checkbox" name={name} value="true" aria-describedby={helpId} />
          {title}
        </label>
      ) : (
        <label>
          {title}
          {kind === 'choice' ? (
            <select name={name} aria-describedby={helpId} defaultValue="">
              <option value="" />
              {choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          ) : (
            <input
              name={name}
              aria-describedby={helpId}
              {...(kind === 'number' && { type: 'number', inputMode: 'numeric' as const })}
              {...(kind === 'moment' && { placeholder: '2026-11-01T10:00:00Z' })}
            />
          )}
        </label>
      )}
      <small id={helpId} className="soft">
        {help} (<code>{name}</code>)
      </small>
    </div>
  )
}
