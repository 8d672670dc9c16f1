import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** What may be imported from where stands in .dependency-cruiser.js. */

const NO_ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Only config/load-config.ts reads the environment.',
}
const NO_OUTPUT = ['stdout', 'stderr'].map((property) => ({
  object: 'process',
  property,
  message: 'Print through cli/output.ts or cli/terminal.ts: they clean what strangers wrote.',
}))

const READ_AND_WRITE_CSV = [
  { group: ['csv-stringify*'], message: 'Write CSV by system/csv.ts: it marks formulas.' },
  { group: ['csv-parse*'], message: 'Read CSV by system/read-csv/: it knows what spreadsheets save.' },
]
const NAME_COMMANDS = {
  group: ['**/core/command-name.ts'],
  importNames: ['ALMANAC'],
  message: 'Only help texts name the bare command; a message names one by almanacCommand, for its stack.',
}

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
      'no-restricted-properties': ['error', NO_ENVIRONMENT, ...NO_OUTPUT],
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [...READ_AND_WRITE_CSV, NAME_COMMANDS] }],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'process.env is bundled silently and differs at replay: pass it as input.',
        },
        { name: 'console', message: 'Use log of @temporalio/workflow.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: 'A plain Error retries the workflow task forever: throw ApplicationFailure.',
        },
      ],
    },
  },
  {
    files: ['dashboard/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name=/^(style|dangerouslySetInnerHTML)$/]',
          message:
            'The policy of the page refuses inline styles and what strangers wrote as HTML: use a class, or text.',
        },
      ],
    },
  },
  { files: ['config/load-config.ts'], rules: { 'no-restricted-properties': ['error', ...NO_OUTPUT] } },
  {
    files: ['cli/main.ts', 'cli/commands/groups/*.ts', 'cli/*/commands.ts', 'cli/*/*/command.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: READ_AND_WRITE_CSV }] },
  },
  { files: ['system/csv.ts', 'tests/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    // A program of ours speaks to its parent there.
    files: ['cli/terminal.ts', 'activities/*/programs/*.ts'],
    rules: { 'no-restricted-properties': ['error', NO_ENVIRONMENT] },
  },
  {
    // Names from inputs, rows and upstreams; the tree of a clone is walked by the names that its folders hold.
    files: ['activities/**/*.ts'],
    ignores: ['activities/*/tree/**', 'activities/*/contextmaker/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.name='join'] > :matches(TemplateLiteral, MemberExpression.arguments:not([object.name='entry'])):not(:first-child)",
          message: 'A path made of a name: use insideFolder of system/inside-folder.ts.',
        },
      ],
    },
  },
  {
    files: ['cli/*/import/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.name=/^(Number|BigInt|parseInt|parseFloat)$/], CallExpression[callee.object.name='Number'][callee.property.name=/^parse(Float|Int)$/][arguments.1.value!=16]",
          message: 'Read numbers of files by system/read-csv/numbers.ts: exactly or not at all.',
        },
        {
          selector: 'CallExpression[callee.property.name="split"][arguments.0.value=/^(,|;|\\t|\\r?\\n)$/]',
          message: 'Split lines of files by system/read-csv/csv-lines.ts and csv-record.ts.',
        },
        {
          selector:
            'CallExpression[callee.name=/^(readFileSync|createReadStream)$/], NewExpression[callee.name="TextDecoder"][arguments.length=0]',
          message: 'Read files by system/read-csv/: it knows their encoding and their separators.',
        },
      ],
    },
  },
  {
    // No stranger's text comes there: bin/ runs before the packages are installed.
    files: ['tests/**/*.ts', 'vitest.config.ts', 'bench/**/*.ts', 'bin/**/*.mjs', 'docs/generate/*.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['tests/unit/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'vi',
          property: 'mock',
          message: 'Unit tests share loaded modules: hand in what is replaced.',
        },
      ],
    },
  },
)
