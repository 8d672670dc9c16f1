/** An outline as text: Python without bodies. */
import type { OutlineMember, PythonOutline } from './python-outline.ts'

/**
 * `names`: signatures of classes and functions. `brief`: with the first paragraph of their docstrings, and the
 * signatures of methods. `whole`: with all docstrings.
 */
export type OutlineDepth = 'names' | 'brief' | 'whole'

const INDENT = '    '

/** Returns the outline of a module; undefined if it has neither public names nor documentation. */
export function outlineText({ doc, members }: PythonOutline, depth: OutlineDepth): string | undefined {
  const parts = members.map((member) => memberText(member, depth, ''))
  if (depth === 'names') return parts.length === 0 ? undefined : parts.join('\n')
  if (doc !== undefined) parts.unshift(docText(doc, depth, ''))
  return parts.length === 0 ? undefined : parts.join('\n\n')
}

function memberText(member: OutlineMember, depth: OutlineDepth, indent: string): string {
  const { kind, doc, members } = member
  const signature = member.signature
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n')
  if (kind === 'attribute') return signature
  if (depth === 'names') return `${signature}: ...`
  const below = depth === 'brief' ? 'names' : depth
  const inner = members.map((one) => memberText(one, below, indent + INDENT))
  if (doc !== undefined) inner.unshift(docText(doc, depth, indent + INDENT))
  // No empty line between one-line methods, so that a class without docstrings reads as a list.
  return inner.length === 0 ? `${signature}: ...` : `${signature}:\n${inner.join('\n')}`
}

function docText(doc: string, depth: OutlineDepth, indent: string): string {
  const said = depth === 'whole' ? doc : (doc.split(/\n\s*\n/)[0] ?? doc)
  const quote = said.includes('"""') ? "'''" : '"""'
  const lines = said.split('\n').map((line) => (line === '' ? '' : `${indent}${line}`))
  const close = lines.length === 1 ? quote : `\n${indent}${quote}`
  return `${indent}${quote}${lines.join('\n').trimStart()}${close}`
}
