/** What each source of a run gave, and what was not as it should be. */
import { useId } from 'react'
import { Empty } from '../../blocks/states.tsx'
import { useReader, useSharedWords, useWords } from '../../preferences.tsx'
import { OutcomeOf } from './run-list.tsx'
import type { RunDetails } from './shapes.ts'
import { WrittenRows } from './written-rows.tsx'
import { RUN_WORDS } from './words/index.ts'

type Counts = RunDetails['counts'][string]

export function SourcesPanel({ run }: { run: RunDetails }) {
  const say = useWords(RUN_WORDS)
  const shared = useSharedWords()
  const heading = useId()
  const { counts } = run
  const sources = Object.entries(counts)
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{say('sources.title')}</h2>
      </header>
      {sources.length === 0 ? (
        <Empty>{say('sources.none')}</Empty>
      ) : (
        <>
          <div
            className="scroll"
            tabIndex={0}
            role="region"
            aria-label={shared('table.of', { of: say('sources.title') })}
          >
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('sources.source')}</th>
                  <th scope="col">{say('list.outcome')}</th>
                  <th scope="col" className="number">
                    {say('sources.fetched')}
                  </th>
                  <th scope="col" className="number">
                    {say('run.written')}
                  </th>
                  <th scope="col" className="number">
                    {say('run.rejected')}
                  </th>
                  <th scope="col" className="number">
                    {say('sources.spooled')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {sources.map(([source, one]) => (
                  <SourceRow key={source} source={source} counts={one} />
                ))}
              </tbody>
            </table>
          </div>
          <Reasons counts={counts} />
          <WrittenRows run={run} />
        </>
      )}
    </section>
  )
}

function SourceRow({ source, counts }: { source: string; counts: Counts }) {
  const { format } = useReader()
  return (
    <tr>
      <th scope="row">{source}</th>
      <td>
        <OutcomeOf outcome={counts.outcome} />
      </td>
      {[counts.fetched, counts.written, counts.rejected, counts.spooled ?? 0].map((count, at) => (
        <td key={at} className="number">
          {format.number(count)}
        </td>
      ))}
    </tr>
  )
}

/** What was not as it should be: below the table, where a small screen has room for sentences. */
function Reasons({ counts }: { counts: RunDetails['counts'] }) {
  const reasons = Object.entries(counts).flatMap(([source, { why }]) =>
    why.map((sentence) => ({ source, sentence })),
  )
  if (reasons.length === 0) return null
  return (
    <ul className="why">
      {reasons.map(({ source, sentence }) => (
        <li key={`${source} ${sentence}`}>
          <strong>{source}</strong>: {sentence}
        </li>
      ))}
    </ul>
  )
}
