/** Language, zone and theme: the reader's choices. */
import { Choice } from '../blocks/choice.tsx'
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
        isUnseen
        value={language}
        options={LANGUAGES.map((one) => [one, LANGUAGE_NAMES[one]])}
        choose={(chosen) => {
          choose({ language: chosen })
        }}
      />
      <Choice
        label={say('choices.zone')}
        isUnseen
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
        isUnseen
        value={theme}
        options={THEMES.map((one) => [one, say(`theme.${one}`)])}
        choose={(chosen) => {
          choose({ theme: chosen })
        }}
      />
    </div>
  )
}
