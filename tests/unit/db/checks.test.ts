/** Nothing is stored without anybody having said what must hold of it: each table has checks, or says why it has none. */
import { describe, expect, it } from 'vitest'
import { CHECKS_OF_TABLES } from '../../../db/checks-of-tables.ts'
import { WRITABLE_TABLES } from '../../../db/writable-tables.ts'
import { sentence } from '../../../wording/sentence.ts'

const declared = Object.entries(CHECKS_OF_TABLES)

describe('the tables that pipelines write', () => {
  it('say each what must hold of their rows, or why nothing need, and no other does', () => {
    expect(Object.keys(CHECKS_OF_TABLES).toSorted()).toEqual(Object.keys(WRITABLE_TABLES).toSorted())
  })

  it.each(declared)(
    '%s names each check once, and says what a breach means in both languages',
    (_, checks) => {
      if (typeof checks === 'string') {
        expect(checks.trim()).not.toBe('')
        return
      }
      const names = checks.map(({ name }) => name)
      expect(names.length).toBeGreaterThan(0)
      expect(new Set(names).size).toBe(names.length)
      for (const { means } of checks)
        expect(sentence(means, 'fr').trim()).not.toBe(sentence(means, 'en').trim())
    },
  )
})
