#!/usr/bin/env node
/**
 * `almanac`, with no dependencies: prepares a fresh clone, then loads the command. Everything but the check of the Node
 * version is imported after it, so that an old Node says one sentence and not a syntax error.
 */
const NEEDED = [20, 19]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`Almanac needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.`)
  process.exitCode = 1
} else {
  endOnClosedPipe()
  const code = await start(process.argv.slice(2))
  // A pool or a native thread that a failed command left open must not keep it from ending; what was printed goes out first.
  process.stdout.write('', () => process.exit(code))
}

/**
 * `| head` closes its end when it has enough. A command that stays up then stops in its own order, which it does on
 * SIGTERM; any other ends quietly.
 */
function endOnClosedPipe() {
  let isClosed = false
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error
      if (isClosed) return
      isClosed = true
      if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
      else process.exit()
    })
}

/** @param {string[]} argv */
function asksForHelp(argv) {
  return ['--help', '-h', '--version', '-V'].some((option) => argv.includes(option))
}

/** @param {string[]} argv */
async function start(argv) {
  const staysUp = ['up', 'worker', 'collector', 'serve'].includes(argv[0] ?? '')
  if (staysUp) (await import('./heap.mjs')).keepHeapSmall()
  // Stack traces that name lines of the sources, in the log of a worker and with --verbose; they cost 10 MB.
  if (staysUp || argv.includes('--verbose')) process.setSourceMapsEnabled(true)
  const { existsSync } = await import('node:fs')
  const { join } = await import('node:path')
  const root = join(import.meta.dirname, '..')
  const isClone = existsSync(join(root, 'cli', 'main.ts'))
  if (isClone && asksForHelp(argv)) {
    const { packagesDiffer } = await import('./prepare/packages.mjs')
    const { manualAnswer } = await import('./manual.mjs')
    // Preparing takes a minute, or as long as another process does it.
    if (packagesDiffer(root, false)) return manualAnswer(root, argv)
  }
  if (isClone && !asksForHelp(argv)) {
    const { prepare } = await import('./prepare/prepare.mjs')
    if (!(await prepare(root, argv))) return 1
  }
  const file = await commandFile(root, isClone)
  const { freshDashboard } = await import('./dashboard.mjs')
  // Without the page everything is collected all the same.
  const hasPage = !isClone || (await freshDashboard(root, argv))
  if (argv[0] === 'prepare') return hasPage ? 0 : 1
  const { main } = await import(file)
  return main(argv)
}

/**
 * URL of the file to load.
 *
 * @param {string} root
 * @param {boolean} isClone
 */
async function commandFile(root, isClone) {
  const { pathToFileURL } = await import('node:url')
  const { join } = await import('node:path')
  const { freshBundle, shippedBundle } = await import('./bundle.mjs')
  const folder = isClone ? await freshBundle(root) : shippedBundle(root)
  if (folder !== undefined) return pathToFileURL(join(folder, 'main.js')).href
  // No bundle matches the sources and none can be written: run from the sources, which is slower.
  const { register } = await import('tsx/esm/api')
  register()
  return pathToFileURL(join(root, 'cli', 'main.ts')).href
}
