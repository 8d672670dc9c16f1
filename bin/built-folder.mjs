/** Folders of `dist/` that are built once per state of their sources and packages. Plain JavaScript: the command is one of them. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashOf, newestBundle } from '../system/bundle.mjs'

/** npm's record of the installed packages, written last. */
export const INSTALLED = join('node_modules', '.package-lock.json')

/**
 * Builds a folder and returns its path. Keeps the previous one: a process that has just started may still load parts of it.
 *
 * @param {string} root folder of the clone
 * @param {import('../system/bundle.mjs').Kind} kind
 * @param {(folder: string) => Promise<import('../system/bundle.mjs').Bundle['inputs']>} buildInto writes the files and
 * returns the hashes of the contents that it was given: a file edited during the build counts as changed
 */
export async function buildFolder(root, kind, buildInto) {
  const dist = join(root, 'dist')
  const unfinished = join(dist, `unfinished-${process.pid}`)
  mkdirSync(unfinished, { recursive: true })
  let folder, previous
  try {
    const inputs = Object.fromEntries(Object.entries(await buildInto(unfinished)).sort())
    folder = `${kind}-${hashOf(Buffer.from(JSON.stringify(inputs)))}`
    writeFileSync(`${unfinished}.json`, JSON.stringify({ folder, inputs }))
    rename(unfinished, join(dist, folder))
    previous = newestBundle(root, kind)?.folder
    renameSync(`${unfinished}.json`, join(dist, `${kind}.json`))
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  for (const old of readdirSync(dist))
    if (old.startsWith(`${kind}-`) && old !== folder && old !== previous)
      rmSync(join(dist, old), { recursive: true, force: true })
  return join(dist, folder)
}

/**
 * Does nothing if the same folder exists already: another process has just built it, or a change was reverted.
 *
 * @param {string} unfinished
 * @param {string} final
 */
function rename(unfinished, final) {
  try {
    renameSync(unfinished, final)
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
}
