/** Fields of an upstream's answers that are other than known: those that vanished, and those that nobody has seen before. */
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { useNow } from '../../blocks/now.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { HEALTH_WORDS } from './words/index.ts'

export function Fields({ fields }: Pick<Upstream, 'fields'>) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const now = useNow()
  if (fields.length === 0) return '–'
  return (['missing', 'unknown'] as const).map((drift) => {
    const alike = fields.filter((one) => one.drift === drift)
    if (alike.length === 0) return undefined
    return (
      <div key={drift} className={drift === 'missing' ? 'failure' : undefined}>
        {say(`fields.${drift}`, { n: alike.length })}{' '}
        {alike.map(({ object, field, answers, last_seen_at }, at) => (
          <span
            key={`${object} ${field}`}
            title={say('fields.seen', { n: answers, when: format.age(Date.parse(last_seen_at), now) })}
          >
            {at > 0 && ', '}
            <code>
              {object}.{field}
            </code>
          </span>
        ))}
      </div>
    )
  })
}
