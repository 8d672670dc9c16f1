/** What a night changed: in its lists, and in the contexts of libraries. */
import { useId } from 'react'
import * as z from 'zod/mini'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { useReader } from '../../preferences.tsx'
import { usePageWords } from './words/index.ts'

const listChange = z.object({
  domain: z.string(),
  date: z.string(),
  size: z.number(),
  entered: z.array(z.string()),
  left: z.array(z.string()),
  moved: z.array(z.object({ library: z.string(), from: z.number(), to: z.number() })),
})
const reasons = z.array(z.object({ name: z.string(), reason: z.string() }))
/** The event of a night; one of another version is not drawn. */
const nightDetails = z.object({
  night: z.object({
    lists: z.array(listChange),
    made: z.array(z.object({ name: z.string(), why: z.string(), engine: z.string(), tokens: z.number() })),
    failed: reasons,
    waiting: reasons,
    unchanged: z.number(),
    clonedBytes: z.number(),
  }),
})

type Night = z.infer<typeof nightDetails>['night']
type ListChange = z.infer<typeof listChange>

/** Names of each kind that a list tells. */
const MOST_NAMES = 5
const MB = 1_000_000

export default function NightPanel({ details }: { details: Record<string, unknown> }) {
  const { data } = nightDetails.safeParse(details)
  return data === undefined ? null : <NightOf night={data.night} />
}

function NightOf({ night }: { night: Night }) {
  const say = usePageWords()
  const heading = useId()
  const { lists, unchanged, clonedBytes } = night
  const contexts = contextsOf(night)
  const columns = useColumns()
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{say('night')}</h2>
      </header>
      <ul>
        {lists.map((list) => (
          <li key={list.domain}>
            <ListLine list={list} />
          </li>
        ))}
      </ul>
      <p>{say('night.effort', { n: unchanged, mb: Math.round((clonedBytes / MB) * 10) / 10 })}</p>
      {contexts.length > 0 && (
        <DataTable
          caption={say('night.contexts')}
          columns={columns}
          rows={contexts}
          rowKey={({ name, ending }) => `${ending} ${name}`}
          pageRows={20}
        />
      )}
    </section>
  )
}

function ListLine({ list: { domain, date, size, entered, left, moved } }: { list: ListChange }) {
  const say = usePageWords()
  const { format } = useReader()
  const ways = moved
    .toSorted((a, b) => Math.abs(b.from - b.to) - Math.abs(a.from - a.to))
    .map(({ library, from, to }) => `${library} ${from} → ${to}`)
  const changes = [
    // Of a first list everybody is new.
    ...(entered.length === size && size > 0 ? [say('night.allNew')] : named('night.entered', entered)),
    ...named('night.gone', left),
    ...named('night.moved', ways),
  ]
  function named(key: 'night.entered' | 'night.gone' | 'night.moved', names: readonly string[]): string[] {
    if (names.length === 0) return []
    const others = names.length - MOST_NAMES
    const told = [...names.slice(0, MOST_NAMES), ...(others > 0 ? [`+ ${format.number(others)}`] : [])]
    return [say(key, { names: told.join(', ') })]
  }
  return <>{[say('night.list', { domain, n: size, day: format.day(date) }), ...changes].join(' – ')}</>
}

interface Context {
  name: string
  ending: 'made' | 'failed' | 'waiting'
  why: string
  engine: string | null
  tokens: number | null
}

/** Failed ones first. */
const contextsOf = ({ made, failed, waiting }: Night): Context[] => [
  ...failed.map(({ name, reason }) => ({
    name,
    ending: 'failed' as const,
    why: reason,
    engine: null,
    tokens: null,
  })),
  ...waiting.map(({ name, reason }) => ({
    name,
    ending: 'waiting' as const,
    why: reason,
    engine: null,
    tokens: null,
  })),
  ...made.map((one) => ({ ...one, ending: 'made' as const })),
]

const WHYS = ['new', 'changed', 'failed before', 'forced', 'contextmaker works again'] as const

function useColumns(): TableColumn<Context>[] {
  const say = usePageWords()
  const wordOf = (why: string) => {
    const known = WHYS.find((one) => one === why)
    return known === undefined ? undefined : say(`why.${known}`)
  }
  return [
    { key: 'library', title: say('library'), value: ({ name }) => name },
    { key: 'ending', title: say('night.ending'), value: ({ ending }) => say(`night.${ending}`) },
    {
      key: 'why',
      title: say('night.why'),
      isText: true,
      value: ({ why }) => wordOf(why) ?? why,
      // Failures are stored as sentences.
      render: ({ why }) => wordOf(why) ?? <span lang="en">{why}</span>,
    },
    { key: 'engine', title: say('night.engine'), value: ({ engine }) => engine },
    { key: 'tokens', title: say('night.tokens'), isNumber: true, value: ({ tokens }) => tokens },
  ]
}
