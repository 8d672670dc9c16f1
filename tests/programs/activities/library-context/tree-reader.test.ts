/** A stranger's tree is read in a process of its own, within time and memory. */
import { describe, expect, it } from 'vitest'
import { judgedContext } from '../../../../activities/library-context/judged-context.ts'
import { createTreeReader } from '../../../../activities/library-context/tree-reader.ts'
import { rejection } from '../../../unit/upstreams/loopback.ts'
import { treeOf } from '../../../unit/activities/library-context/tree-folder.ts'

const never = new AbortController().signal
const head = {
  name: 'lib',
  fullName: 'Owner/lib',
  commit: 'c0ffee',
  engine: 'static',
  mode: 'source tree',
  date: '2026-11-21',
  maxTokens: 20_000,
}
const small = {
  'README.md': '# lib\n\nAdds numbers.\n',
  'lib/__init__.py': 'def add(a, b):\n    """Adds."""\n    return a + b\n',
}

describe('a tree', () => {
  it('gets the verdict and the context that reading it in this process would give', async () => {
    const request = { folder: treeOf(small), head }
    const read = await createTreeReader().read(request, never)
    expect(read).toEqual(await judgedContext(request))
    expect(read.context?.markdown).toContain('def add(a, b)')
  })

  it('joins documents that pass, as they are in their bytes, and not others', async () => {
    const folder = treeOf(small)
    const words = Array.from({ length: 300 }, (_, at) => `word${at}`).join(' ')
    const documents = Buffer.from(`# lib\n\n${words} – é\u0000\u001B\n\n    add(1, 2)\n\n`)
    const reader = createTreeReader()
    const joined = await reader.read({ folder, head, log: 'Mode: Sphinx Build' }, never, documents)
    expect(joined.context?.markdown).toContain('word299 – é\n')
    const refused = await reader.read({ folder, head, log: '' }, never, documents)
    expect(refused).toMatchObject({ passed: false, reasons: [{ code: 'engine-not-ended' }] })
    expect(refused.context).toBeUndefined()
  })

  it('is refused with a name if its folder is missing', async () => {
    const read = createTreeReader().read({ folder: '/nowhere/at/all', head }, never)
    expect(await rejection(read)).toMatchObject({ type: 'NotFound' })
  })
})

describe('a limit', () => {
  it('ends the reading of a tree that needs too much memory, and nothing else', async () => {
    const folder = treeOf({ ...small, 'a.ipynb': `{"cells":[${'[],'.repeat(490_000)}[]]}` })
    const reader = createTreeReader({ heapMb: 16 })
    expect(await rejection(reader.read({ folder, head }, never))).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('more than 16 MB of memory') as string,
    })
    expect(await reader.read({ folder: treeOf(small), head }, never)).toHaveProperty('passed')
  })

  it('ends the reading of a tree that takes too long, without another attempt', async () => {
    const read = createTreeReader({ timeoutMs: 1 }).read({ folder: treeOf(small), head }, never)
    expect(await rejection(read)).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('did not end within') as string,
    })
  })

  it('ends the reading at once when it is cancelled, and lets the next one in', async () => {
    const reader = createTreeReader()
    const stop = new AbortController()
    const first = rejection(reader.read({ folder: treeOf(small), head }, stop.signal))
    const second = reader.read({ folder: treeOf(small), head }, never)
    stop.abort(new Error('enough'))
    expect(await first).toMatchObject({ message: 'enough' })
    expect(await second).toHaveProperty('passed')
  })
})
