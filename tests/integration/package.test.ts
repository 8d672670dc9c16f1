/** What the npm package and the image hold: enough to run without the sources. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newestBundle } from '../../system/bundle.mjs'
import { packageRoot } from '../../system/package-root.ts'

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const { version, files } = JSON.parse(read('package.json')) as { version: string; files: string[] }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-package-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

it('the package runs without the sources, and holds the page', () => {
  for (const file of [...files, 'package.json'].filter((name) => !name.includes('*')))
    cpSync(join(packageRoot, file), join(folder, file), { recursive: true })
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'))
  const command = join(folder, 'bin', 'almanac.mjs')
  const { stdout, stderr } = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' })
  expect([stdout.trim(), stderr]).toEqual([version, ''])
  const page = newestBundle(folder, 'dashboard')?.folder ?? 'none'
  expect(readFileSync(join(folder, 'dist', page, 'index.html'), 'utf8')).toContain('<title>')
})

it('the image holds what the package holds', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' ').map((source) => source.replace('/app/', '')),
  )
  for (const file of files) {
    const named = new RegExp(`^${file.replace('/**', '').replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`)
    expect(copied).toContainEqual(expect.stringMatching(named))
  }
})

it('the image is built from every folder that is bundled', () => {
  const admitted = read('.dockerignore').split('\n')
  const inputs = (['bundle', 'dashboard'] as const).flatMap((kind) =>
    Object.keys(newestBundle(packageRoot, kind)?.inputs ?? {}),
  )
  const folders = new Set(
    inputs.map((file) => file.split('/')[0] ?? '').filter((name) => name !== 'node_modules'),
  )
  expect(folders.size).toBeGreaterThan(10)
  for (const name of folders) expect(admitted).toContain(`!${name}`)
})
