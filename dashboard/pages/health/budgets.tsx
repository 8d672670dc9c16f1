/** What is left of the limits of an upstream. */
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { useNow } from '../../blocks/now.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { budgetName, budgetSays } from './budget.ts'
import { HEALTH_WORDS } from './words/index.ts'

interface BudgetsProps extends Pick<Upstream, 'budgets' | 'asked'> {
  /** Whether it is being asked now, and fails. */
  isAsked: boolean
}

export function Budgets({ budgets, asked, isAsked }: BudgetsProps) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const now = useNow()
  if (budgets.length === 0) {
    if (asked.calls > asked.failed) return say('budget.none')
    return say(isAsked || asked.calls > 0 ? 'budget.unanswered' : 'budget.unknown')
  }
  return budgets.map((budget) => {
    const name = budgetName(budget, budgets)
    return budgetSays(budget, now).map(({ key, at, isBad }) => (
      <div key={`${name} ${key}`} title={at === undefined ? undefined : format.moment(at)}>
        {name !== '' && `${say('budget.name', { name })} `}
        <span className={isBad ? 'failure' : undefined}>
          {say(key, {
            remaining: budget.remaining ?? '?',
            limit: budget.limit ?? '?',
            status: budget.blocked_status ?? '?',
            when: at === undefined ? '' : format.age(Date.parse(at), now),
          })}
        </span>
      </div>
    ))
  })
}
