/** The generated pages of docs/ match the code that they are generated from. */
import { describe, expect, it } from 'vitest'
import { environmentSettings, SECTIONS, sectionSettings } from '../../../docs/generate/configuration-page.ts'
import { generatedPages, storedPage } from '../../../docs/generate/pages.ts'

const pages = await generatedPages()

describe('generated documentation', () => {
  it.each(pages)('the generated page $file is up to date', ({ file, text }) => {
    expect(storedPage(file), `${file} is out of date: run npm run docs`).toBe(text)
  })

  it('gives every environment variable a meaning', () => {
    const settings = environmentSettings()
    expect(settings).not.toEqual([])
    expect(settings.filter(({ meaning }) => meaning === '')).toEqual([])
  })

  it.each(SECTIONS)('gives every key of section %s of almanac.yaml a meaning', (section) => {
    const settings = sectionSettings(section)
    expect(settings).not.toEqual([])
    expect(settings.filter(({ meaning }) => meaning === '')).toEqual([])
  })
})
