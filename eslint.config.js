import tseslint from 'typescript-eslint'

/** Import rules of ARCHITECTURE.md, one block a floor: what may not be imported, and why. */
const TEMPORAL = { group: ['@temporalio/*'], message: 'This floor knows no Temporal.' }
const NODE_IO = {
  group: [
    'node:*',
    'fs',
    'path',
    'crypto',
    'os',
    'child_process',
    'http',
    'https',
    'net',
    'pg',
    'drizzle-orm*',
  ],
  message: 'Workflows do no I/O: move it to an activity.',
}
const TESTS = { group: ['**/tests/**'], message: 'Nothing imports tests.' }
const TEMPORAL_OUTSIDE = {
  group: ['@temporalio/client', '@temporalio/worker'],
  message: 'Only client/ and worker/ talk to Temporal from outside.',
}

/** @param {string[]} folders @param {object[]} patterns */
const floor = (folders, patterns) => ({
  files: folders.map((folder) => `${folder}/**/*.ts`),
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [TESTS, ...patterns] }] },
})

const upper = (...names) => ({
  group: names.map((name) => `**/${name}/**`),
  message: 'Imports point one way; see ARCHITECTURE.md.',
})

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.almanac/**', 'data/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config/load-config.ts reads the environment.' },
      ],
    },
  },
  floor(
    ['workflows'],
    [
      NODE_IO,
      upper('upstreams', 'db', 'worker', 'client', 'local', 'simulator'),
      {
        group: ['**/activities/**'],
        allowTypeImports: true,
        message: 'Workflows import the types of activities only.',
      },
      TEMPORAL_OUTSIDE,
      { group: ['@temporalio/activity'], message: "Workflows import Temporal's workflow package only." },
    ],
  ),
  floor(
    ['upstreams'],
    [TEMPORAL, upper('workflows', 'activities', 'db', 'worker', 'client', 'local', 'simulator')],
  ),
  floor(
    ['db'],
    [TEMPORAL, upper('workflows', 'activities', 'upstreams', 'worker', 'client', 'local', 'simulator')],
  ),
  floor(
    ['wording'],
    [
      TEMPORAL,
      NODE_IO,
      upper('workflows', 'activities', 'upstreams', 'db', 'worker', 'client', 'local', 'simulator', 'cli'),
    ],
  ),
  floor(['activities'], [TEMPORAL_OUTSIDE, upper('worker', 'client', 'local', 'simulator')]),
  floor(['simulator'], [TEMPORAL, upper('workflows', 'activities', 'db', 'worker', 'client', 'local')]),
  floor(['client', 'worker', 'local', 'bench'], []),
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'process.env bundles without a word and differs at replay: pass it as input.',
        },
        { name: 'console', message: 'Use log of @temporalio/workflow.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: 'A plain Error retries the workflow task for ever: throw ApplicationFailure.',
        },
      ],
    },
  },
  {
    files: ['config/load-config.ts', 'tests/**/*.ts', 'bench/**/*.ts', 'bin/**/*.mjs'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
)
