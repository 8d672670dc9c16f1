import { describe, expect, it } from 'vitest'
import { outlineText } from '../../../../activities/library-context/tree/outline-text.ts'
import { publicSymbols, sourceWords } from '../../../../activities/library-context/tree/public-symbols.ts'
import { outlineOf, type OutlineMember } from '../../../../activities/library-context/tree/python-outline.ts'
import { docstringOf, stringOf } from '../../../../activities/library-context/tree/python-string.ts'
import { readTree } from '../../../../activities/library-context/tree/source-tree.ts'
import { treeOf } from './tree-folder.ts'

const { signal } = new AbortController()
const of = async (...lines: string[]) => {
  const outline = await outlineOf(`${lines.join('\n')}\n`, signal)
  if (outline === undefined) throw new Error('there is an outline')
  return outline
}
const names = ({ members }: { members: OutlineMember[] }) => members.map(({ name }) => name)
const signatures = async (...lines: string[]) =>
  (await of(...lines)).members.map(({ signature }) => signature)

describe('the outline of a module', () => {
  it('outlines docstring, public classes with their methods, and public functions, in order', async () => {
    const outline = await of(
      '# -*- coding: utf-8 -*-',
      '"""What it is for."""',
      'import os',
      'def area(r):',
      '    """Of a circle."""',
      '    def inner(): pass',
      '    return r',
      'def _hidden(): pass',
      'class Shape(Base, metaclass=Meta):',
      "    '''A shape.'''",
      '    sides: int = 3',
      '    def __init__(self, n): pass',
      '    def grow(self): "Makes it larger."',
      '    def _private(self): pass',
      '    def __repr__(self): pass',
    )
    const none = { doc: undefined, members: [] }
    expect(outline).toEqual({
      doc: 'What it is for.',
      exported: undefined,
      members: [
        { kind: 'def', name: 'area', signature: 'def area(r)', doc: 'Of a circle.', members: [] },
        {
          kind: 'class',
          name: 'Shape',
          signature: 'class Shape(Base, metaclass=Meta)',
          doc: 'A shape.',
          members: [
            { kind: 'attribute', name: 'sides', signature: 'sides: int = 3', ...none },
            { kind: 'def', name: '__init__', signature: 'def __init__(self, n)', ...none },
            { kind: 'def', name: 'grow', signature: 'def grow(self)', doc: 'Makes it larger.', members: [] },
          ],
        },
      ],
    })
  })

  it('puts a signature on one line, without comments', async () => {
    expect(
      await signatures(
        'async def fit(',
        '    self,  # (the sampler',
        '    data: "Dict[str, int]" = {"a": 1},',
        '    *, steps=100, \\',
        '    **rest,',
        ') -> Result:',
        '    pass',
      ),
    ).toEqual(['async def fit(self, data: "Dict[str, int]" = {"a": 1}, *, steps=100, **rest) -> Result'])
  })

  it('cuts a signature that holds a table', async () => {
    const [signature = ''] = await signatures(`def f(table=[${'1, '.repeat(5_000)}]): pass`)
    expect(signature.length).toBeLessThan(420)
    expect(signature.endsWith(' …')).toBe(true)
  })

  it('reads half a megabyte of spaces inside a signature quickly', async () => {
    expect(names(await of(`def f(a,${' '.repeat(500_000)}b): pass`, 'def g(): pass'))).toEqual(['f', 'g'])
  })

  it('finds definitions in branches, each name once, and none of a script only', async () => {
    const outline = await of(
      'try:',
      '    from fast import solve',
      'except ImportError:',
      '    def solve(x): pass',
      'if sys.version_info[0] == 2:',
      '    def text(x): return unicode(x)',
      'else:',
      '    def text(s): return str(s)',
      'if __name__ == "__main__":',
      '    def main(): pass',
    )
    expect(outline.members.map(({ signature }) => signature)).toEqual(['def solve(x)', 'def text(x)'])
  })

  it('outlines decorators that change how a name is used, and neither overloads nor setters', async () => {
    const outline = await of(
      '@dataclass(frozen=True)',
      'class A:',
      '    @property',
      '    def size(self): pass',
      '    @size.setter',
      '    def size(self, n): pass',
      '    @typing.overload',
      '    def get(self, n: int) -> int: ...',
      '    @overload',
      '    def get(self, n: str) -> str: ...',
      '    @cached',
      '    def get(self, n): pass',
    )
    const [found] = outline.members
    expect(found?.signature).toBe('@dataclass(frozen=True)\nclass A')
    expect(found?.members.map(({ signature }) => signature)).toEqual([
      '@property\ndef size(self)',
      'def get(self, n)',
    ])
  })

  it('outlines Python 2 and continues after text that is not Python', async () => {
    const outline = await of(
      'print "hello %s" % name, 3',
      'def first(x, (a, b)): raise ValueError, "no"',
      'exec "x" in scope',
      'def broken(x',
      '    pass',
      'class Later(object):',
      '    """Still found."""',
    )
    expect(names(outline)).toContain('first')
    expect(outline.members.find(({ name }) => name === 'Later')?.doc).toBe('Still found.')
  })

  it('gives no outline for extremely nested brackets, and ends when it is cancelled', async () => {
    expect(await outlineOf('('.repeat(400_000), signal)).toBeUndefined()
    const reason = new Error('cancelled')
    await expect(outlineOf('x = 1\n'.repeat(50_000), AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('__all__', () => {
  it.each([
    [
      ['__all__ = [\'one\', "_two", # why', "  'three']"],
      ['one', '_two', 'three'],
    ],
    [
      ["__all__ = ('one',)", "__all__ += ['_two']"],
      ['one', '_two'],
    ],
    [["__all__: list[str] = ['one']"], ['one']],
    [['__all__ = []'], []],
    [["__all__ = ['one'] + other.__all__"], undefined],
    [["__all__ = ['one']", '__all__ += other.__all__'], undefined],
    [['__all__ = [name for name in dir()]'], undefined],
  ])('__all__ of %j is honoured if it is plain strings', async (lines, exported) => {
    expect((await of(...lines)).exported).toEqual(exported)
  })

  it('__all__ decides what is public, with or without an underscore', async () => {
    const outline = await of("__all__ = ['_one']", 'def _one(): pass', 'def two(): pass')
    expect(names(outline)).toEqual(['_one'])
  })
})

describe('a docstring', () => {
  it.each([
    ['"plain"', 'plain'],
    ["'''a\\n\\tb'''", 'a\n\tb'],
    [String.raw`r"\alpha"`, String.raw`\alpha`],
    [String.raw`"\x41\u00e9\U0001F600\q"`, String.raw`Aé😀\q`],
    ['u"old"', 'old'],
    ['b"bytes"', undefined],
    ['f"{x}"', undefined],
    ['"never closed', 'never closed'],
    [String.raw`"\U00FFFFFF"`, String.raw`\U00FFFFFF`],
  ])('reads a docstring %s as Python does', (literal, value) => {
    expect(stringOf(literal)).toBe(value)
  })

  it('removes the common indentation of a docstring', () => {
    expect(docstringOf(['"""First.\n\n    Then:\n        deeper\n    """'])).toBe(
      'First.\n\nThen:\n    deeper',
    )
    expect(docstringOf(['"one "', '"two"'])).toBe('one two')
    expect(docstringOf(['"""  """'])).toBeUndefined()
  })
})

describe('an outline as text', () => {
  const lines = [
    '"""Module.\n\nMore of it."""',
    'class A:',
    '    """Says \\"\\"\\"."""',
    '    def f(self, x):',
    '        """Short.\n\n        Long."""',
    'def g(): pass',
  ]

  it('prints an outline as Python without bodies', async () => {
    const doc = '        """Short.\n\n        Long.\n        """'
    const text = outlineText(await of(...lines), 'whole')
    expect(text).toBe(
      `"""Module.\n\nMore of it.\n"""\n\nclass A:\n    '''Says """.'''\n    def f(self, x):\n${doc}\n\ndef g(): ...`,
    )
  })

  it('prints an outline briefly or by names alone', async () => {
    const outline = await of(...lines)
    expect(outlineText(outline, 'brief')).toBe(
      `"""Module."""\n\nclass A:\n    '''Says """.'''\n    def f(self, x): ...\n\ndef g(): ...`,
    )
    expect(outlineText(outline, 'names')).toBe('class A: ...\ndef g(): ...')
    expect(outlineText(await of('import os'), 'whole')).toBeUndefined()
  })
})

describe('public symbols', () => {
  it('public symbols are the names of public modules, with methods, each once, and of Python alone', async () => {
    const tree = await readTree(
      treeOf({
        'pkg/__init__.py': "__all__ = ['core', '__version__', 'fit']",
        'pkg/core.py':
          'class Model:\n    x: int = 1\n    def run(self): pass\ndef fit(): pass\ndef _no(): pass\n',
        'pkg/_inner.py': 'def inner(): pass\n',
        'pkg/_declared.py': "__all__ = ['told']\ndef told(): pass\ndef untold(): pass\n",
        'examples/e.py': 'def example(): pass\n',
        'pkg/tests/test_a.py': 'def test_a(): pass\n',
        'lib/a.jl': 'function julia() end\n',
      }),
    )
    expect(publicSymbols(tree).sort()).toEqual(['Model', 'core', 'fit', 'run', 'told'])
  })

  it('public symbols come with the words of all sources', async () => {
    const tree = await readTree(
      treeOf({ 'a.py': 'x = one + 2\n', 'b.c': 'int two;\n', 'README.md': 'not these' }),
    )
    expect(sourceWords(tree)).toBe(4)
  })
})
