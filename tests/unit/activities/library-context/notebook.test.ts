import { describe, expect, it } from 'vitest'
import { notebookMarkdown, notebookOf } from '../../../../activities/library-context/tree/notebook.ts'
import { readTree } from '../../../../activities/library-context/tree/source-tree.ts'
import { treeOf } from './tree-folder.ts'

const read = (value: unknown) => notebookOf('tour.ipynb', JSON.stringify(value))
const code = { cell_type: 'code', source: ['x = 1\n', 'print(x)'], outputs: [{ text: 'OUTPUT' }] }

describe('a notebook', () => {
  it('reads text and code of a notebook, without outputs and raw cells', () => {
    const found = read({
      nbformat: 4,
      cells: [{ cell_type: 'markdown', source: '# Tour' }, code, { cell_type: 'raw', source: 'RAW' }],
    })
    expect(found).toEqual({
      path: 'tour.ipynb',
      language: 'python',
      cells: [
        { kind: 'markdown', text: '# Tour' },
        { kind: 'code', text: 'x = 1\nprint(x)' },
      ],
    })
  })

  it('reads the cells of format 3 from worksheets', () => {
    const cells = [
      { cell_type: 'heading', source: 'Title' },
      { cell_type: 'code', input: 'y = 2' },
    ]
    expect(read({ worksheets: [{ cells }] })?.cells).toEqual([
      { kind: 'markdown', text: 'Title' },
      { kind: 'code', text: 'y = 2' },
    ])
  })

  it('names the language of another kernel, and ignores the odd name of a kernel', () => {
    const of = (language: unknown) =>
      read({ cells: [code], metadata: { kernelspec: { language } } })?.language
    expect([of('julia'), of('R'), of('`rm`'), of(7)]).toEqual(['julia', 'r', 'text', 'python'])
  })

  it('skips cells of another shape', () => {
    const cells = [null, 3, { cell_type: 5 }, { cell_type: 'code', source: [1] }, { cell_type: 'code' }, code]
    expect(read({ cells })?.cells).toEqual([{ kind: 'code', text: 'x = 1\nprint(x)' }])
  })

  it.each([['{"cells": ['], ['[]'], ['null'], ['"text"'], ['{}'], ['{"cells": 3}']])(
    'finds no notebook in %s',
    (text) => {
      expect(notebookOf('tour.ipynb', text)).toBeUndefined()
    },
  )

  it('reports a broken notebook in the tree and loses nothing else', async () => {
    const tree = await readTree(
      treeOf({ 'a.ipynb': '{"cells": [', 'b.ipynb': JSON.stringify({ cells: [code] }) }),
    )
    expect(tree.notebooks.map(({ path }) => path)).toEqual(['b.ipynb'])
    expect(tree.skipped).toEqual([{ path: 'a.ipynb', reason: 'no readable notebook' }])
  })

  it('skips a notebook with more values than any, before it has taken their memory', () => {
    const text = `{"cells":[{"cell_type":"code","source":"a"},${'0,'.repeat(1_000_000)}0]}`
    expect(notebookOf('a.ipynb', text)).toBeUndefined()
  })

  it('a notebook holds nothing that PostgreSQL cannot store', () => {
    const found = notebookOf('a.ipynb', '{"cells":[{"cell_type":"code","source":"a\\u0000b\\ud800c"}]}')
    expect(found?.cells[0]?.text).toBe('ab\uFFFDc')
  })

  it('keeps each cell in its place as markdown, whatever fences the cells hold', () => {
    const markdown = notebookMarkdown({
      path: 'a.ipynb',
      language: 'python',
      cells: [
        { kind: 'markdown', text: 'open\n```' },
        { kind: 'code', text: 's = """\n```\n"""' },
      ],
    })
    expect(markdown).toBe('open\n```\n```\n\n````python\ns = """\n```\n"""\n````')
  })
})
