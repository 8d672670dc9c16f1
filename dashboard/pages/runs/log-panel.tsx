/** What the worker logged of a run: to read, to copy and to take away. */
import { useQuery } from '@tanstack/react-query'
import { getText } from '../../api.ts'
import { CopyButton } from '../../blocks/copy-button.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import { linesOf, type LogLine } from './log.ts'
import { RUN_WORDS } from './words/index.ts'

export function LogPanel({ workflowId }: { workflowId: string }) {
  const say = useWords(RUN_WORDS)
  const address = `/api/runs/${encodeURIComponent(workflowId)}/log`
  const query = useQuery({ queryKey: [address], queryFn: ({ signal }) => getText(address, signal) })
  return (
    <Panel
      title={say('log.title')}
      query={query}
      actions={
        query.data !== undefined &&
        query.data !== '' && (
          <>
            <CopyButton text={query.data} />
            <a href={address} download={`${workflowId.replaceAll(/[^\w.-]+/g, '-')}.ndjson`}>
              {say('log.download')}
            </a>
          </>
        )
      }
      isEmpty={(text) => text === ''}
      empty={say('log.none')}
    >
      {(text) => (
        <ol className="log scroll" tabIndex={0} lang="en">
          {linesOf(text).map((line, at) => (
            <Line key={at} line={line} />
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Line({ line: { time, level, text, details } }: { line: LogLine }) {
  const { format } = useReader()
  return (
    <li className={level}>
      {time !== undefined && (
        <time dateTime={new Date(time).toISOString()} title={format.moment(time)}>
          {secondOf(time, format.locale, format.timeZone)}
        </time>
      )}
      {level !== 'info' && <strong>{level}</strong>}
      <span>
        {text}
        {details !== undefined && <span className="soft"> {details}</span>}
      </span>
    </li>
  )
}

/** The lines of a run are seconds apart. */
const secondOf = (time: number, locale: string, timeZone: string) =>
  new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hourCycle: 'h23', timeZone }).format(time)
