/** The state of a view in its address. */
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { pageNumber, parsedSearch, searchOf } from '../../../dashboard/view.ts'

describe('the address of a view', () => {
  it('holds names of digits and signs as they are, and nothing that is empty', () => {
    const search = searchOf({ mod: '5', name: 'a&b=c é', page: 2, from: '', to: undefined })
    expect(search).toBe('?mod=5&name=a%26b%3Dc+%C3%A9&page=2')
    expect(parsedSearch(search)).toEqual({ mod: '5', name: 'a&b=c é', page: '2' })
    expect(searchOf({})).toBe('')
  })

  it.each([
    ['3', 3],
    ['0', 1],
    ['-2', 1],
    ['1.5', 1],
    ['x', 1],
    [undefined, 1],
  ])('opens page %s as %d', (page, opened) => {
    expect(z.parse(pageNumber, page)).toBe(opened)
  })
})
