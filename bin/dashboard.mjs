/** The page in `dist/`, built once per state of its sources and packages; as a program, builds it. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { hashOf, matchingBundle } from '../system/bundle.mjs'
import { buildFolder, INSTALLED } from './built-folder.mjs'
import { PrepareError, run, say, step } from './prepare/step.mjs'

/** Verbs that show the page. */
const VERBS = ['prepare', 'up', 'serve']

/** What is worth compressing; the rest is compressed already. */
const COMPRESSIBLE = ['.html', '.js', '.css', '.svg']

/**
 * Builds the page if the command needs it and it does not match its sources, in a process of its own: the builder's memory
 * is not kept by a worker. Returns whether the page is there; if not, it has said why.
 *
 * @param {string} root folder of the clone
 * @param {string[]} argv
 */
export async function freshDashboard(root, argv) {
  const verb = argv.find((argument) => !argument.startsWith('-')) ?? ''
  if (!VERBS.includes(verb) || argv.includes('--once') || matchingBundle(root, 'dashboard') !== undefined)
    return true
  const dist = join(root, 'dist')
  try {
    accessSync(existsSync(dist) ? dist : root, constants.W_OK)
    const remedy = 'Correct what is named above, then start again.'
    await step('Building the page', () =>
      run(process.execPath, [import.meta.filename, root], { cwd: root, remedy }),
    )
    return true
  } catch (error) {
    if (!(error instanceof PrepareError) && error.path === undefined) throw error
    say(
      error instanceof PrepareError
        ? error.message
        : `The page is not built: ${error.path} cannot be written by this user. Run "almanac prepare" as its owner.`,
    )
    return false
  }
}

/**
 * Builds the page and returns its folder.
 *
 * @param {string} root
 */
export const buildDashboard = (root) =>
  buildFolder(root, 'dashboard', async (folder) => {
    const inputs = await buildInto(root, folder)
    await compress(folder)
    return inputs
  })

/**
 * @param {string} root
 * @param {string} outDir
 */
async function buildInto(root, outDir) {
  const { build } = await import('vite')
  /** @type {import('../system/bundle.mjs').Bundle['inputs']} */
  const inputs = {}
  // Whatever lies there: style sheets that import each other are not told to plugins.
  const ofPage = readdirSync(join(root, 'dashboard'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  for (const file of [INSTALLED, relative(root, import.meta.filename), ...ofPage])
    inputs[file] = hashOf(readFileSync(join(root, file)))
  const index = join('dashboard', 'index.html')
  await build({
    root: join(root, 'dashboard'),
    configFile: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic' } },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      // The policy of the page allows no inline script, style or data address.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The charts are one big part by intent, loaded when one is shown.
      chunkSizeWarningLimit: 1_000,
    },
    plugins: [
      {
        name: 'inputs',
        enforce: 'pre',
        async load(id) {
          const [path = ''] = id.split('?')
          const file = relative(root, path)
          if (file.startsWith('..') || file.startsWith('node_modules') || !existsSync(path)) return null
          const contents = await readFile(path)
          inputs[file] = hashOf(contents)
          return file === index || ['.ts', '.tsx', '.css'].includes(extname(file))
            ? contents.toString()
            : null
        },
      },
    ],
  })
  return inputs
}

/**
 * Writes `<file>.br` and `<file>.gz` beside each file that gets smaller.
 *
 * @param {string} folder
 */
async function compress(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const write = async (/** @type {string} */ file) => {
    const content = readFileSync(file)
    writeFileSync(`${file}.br`, await promisify(brotliCompress)(content))
    writeFileSync(`${file}.gz`, await promisify(gzip)(content, { level: 9 }))
  }
  await Promise.all(
    files.filter((file) => COMPRESSIBLE.includes(extname(file))).map((file) => write(join(folder, file))),
  )
}

const [, program, root] = process.argv
if (program === import.meta.filename && root !== undefined) await buildDashboard(root)
