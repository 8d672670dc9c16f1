/**
 * The import rules, checked by `npm run lint`. An import of a type counts like an import of a value.
 * tests/unit/structure.test.ts proves that bad imports are refused.
 */

/** Packages that a folder may import only if its line below names them; `node` stands for Node's own modules. */
const RESTRICTED = ['node', 'pg', 'drizzle-orm', '@temporalio']

/**
 * Every folder, lowest first: it may import from the folders in `imports`, types only from those in `types`, and the
 * restricted packages in `packages`. Both name folders that stand before it; without `imports` it may import all of them.
 */
const FOLDERS = {
  core: { imports: [], packages: [] },
  // Sentences of codes; workflows take them too.
  wording: { imports: ['core'], packages: [] },
  system: { imports: ['core'], packages: ['node'] },
  upstreams: { imports: ['core', 'wording', 'system'], packages: ['node'] },
  db: { imports: ['core', 'wording', 'system'], packages: ['node', 'pg', 'drizzle-orm'] },
  pipelines: { imports: ['core', 'wording', 'upstreams'], packages: [] },
  config: { imports: ['core', 'system', 'pipelines'], packages: ['node'] },
  activities: {
    imports: ['core', 'wording', 'system', 'upstreams', 'db'],
    types: ['pipelines'],
    packages: ['node', '@temporalio/activity'],
  },
  // Deterministic and without I/O: a workflow is replayed from its history.
  workflows: {
    imports: ['core', 'wording'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  local: {
    imports: ['core', 'system', 'db'],
    types: ['config'],
    packages: ['node', 'pg', '@temporalio/client', '@temporalio/common'],
  },
  backup: {
    imports: ['core', 'system', 'db', 'local'],
    types: ['config'],
    packages: ['node', 'pg'],
  },
  client: {
    imports: ['core', 'wording', 'system', 'db', 'activities', 'pipelines', 'local'],
    types: ['config'],
    packages: ['node', '@temporalio/client', '@temporalio/common', '@temporalio/proto'],
  },
  worker: {
    imports: ['core', 'wording', 'system', 'upstreams', 'db', 'activities', 'pipelines', 'local'].concat([
      'backup',
      'client',
    ]),
    types: ['config', 'workflows'],
    packages: ['node', '@temporalio/worker', '@temporalio/activity', '@temporalio/common'],
  },
  // Stands in for the world outside, so it must not share the code that reads that world.
  simulator: { imports: ['core', 'system'], packages: ['node'] },
  // Looks whether all is well, and tells who asked to be told.
  watch: {
    imports: ['core', 'wording', 'system', 'db', 'pipelines', 'local', 'client', 'backup'],
    types: ['config'],
    packages: ['node', 'drizzle-orm', '@temporalio/client'],
  },
  // What people and programs see over HTTP; reads the database, reaches Temporal through client/.
  api: {
    imports: ['core', 'wording', 'system', 'db', 'pipelines', 'backup', 'client', 'watch'],
    types: ['config'],
    packages: ['node', 'pg', 'drizzle-orm', '@temporalio/client'],
  },
  // Runs in a browser: of the server it knows only the shapes of what the API says.
  dashboard: { imports: [], types: ['api'], packages: [] },
  cli: { packages: ['node', 'pg', 'drizzle-orm', '@temporalio/client', '@temporalio/common'] },
  // Runs before the packages are installed, and loads cli/ by its address afterwards.
  bin: { imports: ['system', 'local'], packages: ['node'] },
  docs: { packages: ['node'] },
  bench: { packages: RESTRICTED },
  'vitest.config.ts': { packages: ['node'] },
  tests: { packages: RESTRICTED },
}

const folders = Object.keys(FOLDERS)
const NAMELESS = '(^|[/-])(utils?|helpers?|common|types?|manager|misc|shared)(/|\\.(ts|mjs|js)$)'

/** The regular expression of all files in these folders; of none if there is no folder. */
const filesIn = (...names) =>
  `^(${names.map((name) => (name.endsWith('.ts') ? `${name}$` : `${name}/`)).join('|') || '$'})`

/** The regular expression of these packages, resolved or not. */
const packagesNamed = (...names) => `^(node_modules/)?(${names.join('|') || '$'})(/|$)`

const rule = (name, from, to) => ({ name, severity: 'error', from, to })

function rulesOf(folder) {
  const below = folders.slice(0, folders.indexOf(folder))
  const { imports = below, types = [], packages } = FOLDERS[folder]
  const above = [...imports, ...types].filter((name) => !below.includes(name))
  if (above.length > 0) throw new Error(`${folder} cannot import ${above.join(', ')}: not below it`)
  const from = { path: filesIn(folder) }
  const rules = [
    rule(`${folder}: folder`, from, {
      dependencyTypes: ['local'],
      pathNot: filesIn(folder, ...imports, ...types),
    }),
    rule(`${folder}: types only`, from, {
      path: filesIn(...types),
      dependencyTypesNot: ['type-only', 'type-import'],
    }),
    rule(`${folder}: package`, from, {
      path: packagesNamed(...RESTRICTED),
      pathNot: packagesNamed(...packages),
    }),
  ]
  return packages.includes('node')
    ? rules
    : [...rules, rule(`${folder}: package`, from, { dependencyTypes: ['core'] })]
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...folders.flatMap(rulesOf),
    // The bundle of the workflows holds what they import, and nothing else is known to replay.
    rule(
      'workflows: package',
      { path: filesIn('workflows') },
      {
        dependencyTypesNot: ['local'],
        pathNot: packagesNamed(...FOLDERS.workflows.packages),
      },
    ),
    rule('folder without a line', { pathNot: filesIn(...folders) }, { dependencyTypes: ['local'] }),
    rule('circle', {}, { circular: true }),
    rule('nameless file', { path: NAMELESS }, {}),
    rule('nameless file', {}, { path: NAMELESS, pathNot: '^node_modules/' }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(\\.almanac|data|dist)/' },
  },
}
