import { describe, expect, it } from 'vitest'
import { valuesIn, whole } from '../../../../cli/import/line-values.ts'

describe('a date', () => {
  const { pastDay, timestamp } = valuesIn('continental')

  it.each([
    ['31/07/2025', '2025-07-31'],
    ['5.7.2025', '2025-07-05'],
    ['2025-07-31', '2025-07-31'],
  ])('has its day first in a file with semicolons: %s', (text, day) => {
    expect(pastDay('2026-01-01').parse(text)).toBe(day)
    expect(timestamp.parse(`${text} 09:30:15`)).toEqual(new Date(`${day}T09:30:15Z`))
  })

  it('may lack its seconds, as spreadsheets show it', () => {
    expect(timestamp.parse('31/07/2025 09:30')).toEqual(new Date('2025-07-31T09:30:00Z'))
    expect(timestamp.parse('31/07/2025 9:30')).toEqual(new Date('2025-07-31T09:30:00Z'))
  })

  it.each(['07/31/2025', '31/02/2025', '31/07/25', '31-07-2025', '01/01/2027'])(
    'is refused as %s',
    (text) => {
      expect(pastDay('2026-01-01').safeParse(text).success).toBe(false)
    },
  )

  it('is not guessed in a file with commas, where the month may come first', () => {
    const plain = valuesIn('plain')
    expect(plain.pastDay('2026-01-01').safeParse('05/07/2025').success).toBe(false)
    expect(plain.timestamp.safeParse('05/07/2025 09:30').success).toBe(false)
  })
})

it('a refused number says what is wrong with it', () => {
  const issue = (result: { error?: { issues: { message: string }[] } }) => result.error?.issues[0]?.message
  expect(issue(whole(9).safeParse('1e3'))).toBe(
    'is not a whole number from 0 to 9 with all its digits: a spreadsheet has rounded it',
  )
  expect(issue(valuesIn('plain').positive.safeParse('1,234'))).toBe(
    'is not a number above 0; expected a decimal point and no other separator',
  )
})
