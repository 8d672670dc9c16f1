/** Language, zone and theme: the reader's choices. */
import { zoneName } from '../format.ts'
import { THEMES, useReader, useSharedWords, ZONES } from '../preferences.tsx'
import { LANGUAGES } from '../words/text.ts'

/** Each language in its own words: who needs it reads no other. */
const LANGUAGE_NAMES = { en: 'English', fr: 'Français' } as const

export function Choices() {
  const say = useSharedWords()
  const { language, theme, zone, choose } = useReader()
  return (
    <div className="choices" role="group" aria-label={say('choices.title')}>
      <Choice
        label={say('choices.language')}
        value={language}
        options={LANGUAGES.map((one) => [one, LANGUAGE_NAMES[one]])}
        choose={(chosen) => {
          choose({ language: chosen })
        }}
      />
      <Choice
        label={say('choices.zone')}
        value={zone}
        options={ZONES.map((one) => [
          one,
          one === 'UTC' ? 'UTC' : say('choices.local', { zone: zoneName('local') }),
        ])}
        choose={(chosen) => {
          choose({ zone: chosen })
        }}
      />
      <Choice
        label={say('choices.theme')}
        value={theme}
        options={THEMES.map((one) => [one, say(`theme.${one}`)])}
        choose={(chosen) => {
          choose({ theme: chosen })
        }}
      />
    </div>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  choose: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, choose }: ChoiceProps<Value>) {
  return (
    <label>
      <span className="unseen">{label}</span>
      <select
        value={value}
        title={label}
        onChange={({ target }) => {
          const chosen = options.find(([one]) => one === target.value)
          if (chosen !== undefined) choose(chosen[0])
        }}
      >
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
