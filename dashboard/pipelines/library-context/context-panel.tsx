/** The context of a library: read here, copied, or taken away. */
import { useQuery } from '@tanstack/react-query'
import { getText } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { CopyButton } from '../../blocks/copy-button.tsx'
import { Figures } from '../../blocks/figures.tsx'
import { Panel } from '../../blocks/panel.tsx'
import type { Ranked } from './ranked.ts'
import { usePageWords } from './words/index.ts'

const KB = 1_000

export function ContextPanel({ row, file }: { row: Ranked; file: string }) {
  const say = usePageWords()
  const address = `/api/context/${encodeURIComponent(file)}`
  const query = useQuery({
    queryKey: [address],
    queryFn: ({ signal }) => getText(address, signal),
    meta: { pipeline: 'library-context' },
  })
  return (
    <Panel
      title={say('context')}
      query={query}
      actions={
        <>
          {query.data !== undefined && <CopyButton text={query.data} />}
          <a href={address} download={file}>
            {say('download')}
          </a>
        </>
      }
    >
      {(text) => (
        <>
          {row.last_attempt === 'failed' && <p className="stale">{say('state.old')}</p>}
          <ContextFigures row={row} />
          <pre className="document" tabIndex={0} role="region" aria-label={file}>
            {text}
          </pre>
        </>
      )}
    </Panel>
  )
}

function ContextFigures({ row: { bytes, tokens, made_at, engine } }: { row: Ranked }) {
  const say = usePageWords()
  return (
    <Figures
      figures={[
        {
          title: say('size'),
          value: bytes === null ? '–' : say('size.value', { kb: Math.ceil(bytes / KB) }),
          ...(tokens !== null && { note: say('size.tokens', { n: tokens }) }),
        },
        {
          title: say('made'),
          value: made_at === null ? '–' : <Age at={made_at} />,
          ...(engine !== null && { note: say('made.by', { engine }) }),
        },
      ]}
    />
  )
}
