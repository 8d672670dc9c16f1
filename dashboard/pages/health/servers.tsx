/** The servers of the stack, and its workers. */
import { Age } from '../../blocks/age.tsx'
import { useNow } from '../../blocks/now.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { Line } from './line.tsx'
import { databaseMark, sizeIn, workerMark, type Stack } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

export function Servers({ stack }: { stack: Stack }) {
  return (
    <ul className="states">
      <DatabaseLine stack={stack} />
      <TemporalLine stack={stack} />
      <WorkerLine stack={stack} />
    </ul>
  )
}

/** Why a server is away, and what to do, as the API says it. */
function Away({ stack, server }: { stack: Stack; server: 'database' | 'temporal' }) {
  return <span lang="en">{stack.away.find((one) => one.server === server)?.why}</span>
}

function DatabaseLine({ stack }: { stack: Stack }) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const { database } = stack
  const { mark, says } = databaseMark(stack)
  return (
    <Line mark={mark} name={say('database.name')}>
      {database === null || says === undefined ? (
        <Away stack={stack} server="database" />
      ) : (
        say(says, {
          version: database.version,
          size: sizeIn(format.locale, database.bytes),
          ...database.migrations,
        })
      )}
    </Line>
  )
}

function TemporalLine({ stack }: { stack: Stack }) {
  const say = useWords(HEALTH_WORDS)
  const { temporal } = stack
  return (
    <Line mark={temporal === null ? 'bad' : 'good'} name="Temporal">
      {temporal === null ? (
        <Away stack={stack} server="temporal" />
      ) : (
        say('temporal.is', { version: temporal.version, address: temporal.address })
      )}
    </Line>
  )
}

function WorkerLine({ stack }: { stack: Stack }) {
  const say = useWords(HEALTH_WORDS)
  const now = useNow()
  const { temporal } = stack
  return (
    <Line mark={workerMark(stack, now)} name={say('worker.name')}>
      {temporal === null && say('worker.unknown')}
      {temporal?.workers.length === 0 && say('worker.none')}
      {temporal?.workers.map(({ name, polled_at }) => (
        <p key={name}>
          <code>{name}</code>
          {polled_at !== null && (
            <>
              {' '}
              {say('worker.asked')} <Age at={polled_at} />
            </>
          )}
        </p>
      ))}
    </Line>
  )
}
