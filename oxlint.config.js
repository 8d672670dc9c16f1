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
  {
    group: ['csv-stringify', 'csv-stringify/**'],
    message: 'Write CSV by system/csv.ts: it marks formulas.',
  },
  {
    group: ['csv-parse', 'csv-parse/**'],
    message: 'Read CSV by system/read-csv/: it knows what spreadsheets save.',
  },
]
const NAME_COMMANDS = {
  group: ['**/core/command-name.ts'],
  importNames: ['ALMANAC'],
  message: 'Only help texts name the bare command; a message names one by almanacCommand, for its stack.',
}

const WHOLE_ZOD = {
  selector: "ImportDeclaration[importKind!='type'][source.value='zod'] > ImportSpecifier[imported.name='z']",
  message:
    "Write import * as z from 'zod': of the object z the bundle keeps all, 500 kB that every command would load.",
}

/** typescript-eslint's no-meaningless-void-operator refuses it; the one of oxlint does not. */
const NO_VOID_WITHOUT_A_CALL = {
  selector:
    "UnaryExpression[operator='void'] > :not(CallExpression, ChainExpression, AssignmentExpression, Literal[value=0])",
  message: 'void is for the value of a call that nobody asks for.',
}
/** ESLint's rule, which oxlint runs as a plugin: it has none of its own that takes patterns of the syntax tree. */
const refused = (...patterns) => ({
  'syntax/no-restricted-syntax': ['error', NO_VOID_WITHOUT_A_CALL, WHOLE_ZOD, ...patterns],
})

const errors = (...names) => Object.fromEntries(names.map((name) => [name, 'error']))

/** TYPED and SYNTAX are typescript-eslint's `strictTypeChecked`, but for no-unsafe-class-instance-assignment: oxlint has none. */
const TYPED = {
  ...errors(
    'typescript/await-thenable',
    'typescript/no-array-delete',
    'typescript/no-base-to-string',
    'typescript/no-confusing-void-expression',
    'typescript/no-deprecated',
    'typescript/no-duplicate-type-constituents',
    'typescript/no-floating-promises',
    'typescript/no-for-in-array',
    'typescript/no-generated-empty-object-type',
    'typescript/no-implied-eval',
    'typescript/no-meaningless-void-operator',
    'typescript/no-misused-promises',
    'typescript/no-misused-spread',
    'typescript/no-mixed-enums',
    'typescript/no-redundant-type-constituents',
    'typescript/no-unnecessary-boolean-literal-compare',
    'typescript/no-unnecessary-condition',
    'typescript/no-unnecessary-template-expression',
    'typescript/no-unnecessary-type-arguments',
    'typescript/no-unnecessary-type-assertion',
    'typescript/no-unnecessary-type-conversion',
    'typescript/no-unnecessary-type-parameters',
    'typescript/no-unsafe-argument',
    'typescript/no-unsafe-assignment',
    'typescript/no-unsafe-call',
    'typescript/no-unsafe-enum-assignment',
    'typescript/no-unsafe-enum-comparison',
    'typescript/no-unsafe-member-access',
    'typescript/no-unsafe-return',
    'typescript/no-unsafe-unary-minus',
    'typescript/no-useless-default-assignment',
    'typescript/only-throw-error',
    'typescript/prefer-promise-reject-errors',
    'typescript/prefer-reduce-type-parameter',
    'typescript/prefer-return-this-type',
    'typescript/related-getter-setter-pairs',
    'typescript/require-await',
    'typescript/unbound-method',
    'typescript/use-unknown-in-catch-callback-variable',
  ),
  'typescript/restrict-plus-operands': [
    'error',
    {
      allowAny: false,
      allowBoolean: false,
      allowNullish: false,
      allowNumberAndString: false,
      allowRegExp: false,
    },
  ],
  'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  'typescript/return-await': ['error', 'error-handling-correctness-only'],
}

const SYNTAX = {
  ...errors(
    'no-array-constructor',
    'no-unused-expressions',
    'no-useless-constructor',
    'no-var',
    'prefer-const',
    'prefer-rest-params',
    'prefer-spread',
    'typescript/consistent-type-imports',
    'typescript/no-duplicate-enum-values',
    'typescript/no-dynamic-delete',
    'typescript/no-empty-object-type',
    'typescript/no-explicit-any',
    'typescript/no-extra-non-null-assertion',
    'typescript/no-extraneous-class',
    'typescript/no-invalid-void-type',
    'typescript/no-misused-new',
    'typescript/no-namespace',
    'typescript/no-non-null-asserted-nullish-coalescing',
    'typescript/no-non-null-asserted-optional-chain',
    'typescript/no-non-null-assertion',
    'typescript/no-require-imports',
    'typescript/no-this-alias',
    'typescript/no-unnecessary-type-constraint',
    'typescript/no-unsafe-declaration-merging',
    'typescript/no-unsafe-function-type',
    'typescript/no-wrapper-object-types',
    'typescript/prefer-as-const',
    'typescript/prefer-literal-enum-member',
    'typescript/prefer-namespace-keyword',
    'typescript/triple-slash-reference',
    'typescript/unified-signatures',
  ),
  // Without options, oxlint passes names that begin with `_`.
  'no-unused-vars': ['error', { args: 'after-used' }],
  'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
}

/** @type {import('oxlint').OxlintConfig} */
export default {
  ignorePatterns: ['dist/**', '.almanac/**', 'data/**'],
  options: {
    typeAware: true,
    denyWarnings: true,
    reportUnusedDisableDirectives: 'error',
    // One way to write them: tests/unit/pattern-rules.test.ts reads them too.
    respectEslintDisableDirectives: false,
  },
  categories: { correctness: 'off' },
  plugins: ['typescript', 'react'],
  jsPlugins: [{ name: 'syntax', specifier: 'oxlint-plugin-eslint' }, 'eslint-plugin-regexp'],
  rules: {
    ...SYNTAX,
    ...refused(),
    'no-console': 'error',
    'no-restricted-imports': ['error', { patterns: [...READ_AND_WRITE_CSV, NAME_COMMANDS] }],
    'no-restricted-properties': ['error', NO_ENVIRONMENT, ...NO_OUTPUT],
  },
  overrides: [
    { files: ['**/*.{ts,tsx,mts}'], rules: TYPED },
    {
      // A pattern that takes squared time on a stranger's text holds up every pipeline. No line is excepted:
      // tests/unit/pattern-rules.test.ts looks for that.
      files: ['**/*.{ts,tsx}'],
      excludeFiles: ['tests/**', 'bench/**', 'simulator/**', 'docs/**'],
      rules: {
        'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
        'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
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
        ...refused({
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: 'A plain Error retries the workflow task forever: throw ApplicationFailure.',
        }),
      },
    },
    {
      files: ['dashboard/**/*.{ts,tsx}'],
      rules: {
        // The recommended ones of React, and what its compiler refuses.
        ...errors(
          'react/error-boundaries',
          'react/exhaustive-deps',
          'react/globals',
          'react/immutability',
          'react/incompatible-library',
          'react/preserve-manual-memoization',
          'react/purity',
          'react/refs',
          'react/rules-of-hooks',
          'react/set-state-in-effect',
          'react/set-state-in-render',
          'react/static-components',
          'react/unsupported-syntax',
          'react/use-memo',
        ),
        ...refused({
          selector: 'JSXAttribute[name.name=/^(style|dangerouslySetInnerHTML)$/]',
          message:
            'The policy of the page refuses inline styles and what strangers wrote as HTML: use a class, or text.',
        }),
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
      excludeFiles: ['activities/*/tree/**', 'activities/*/contextmaker/**'],
      rules: refused({
        selector:
          "CallExpression[callee.name='join'] > :matches(TemplateLiteral, MemberExpression.arguments:not([object.name='entry'])):not(:first-child)",
        message: 'A path made of a name: use insideFolder of system/inside-folder.ts.',
      }),
    },
    {
      files: ['cli/*/import/**/*.ts'],
      rules: refused(
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
      ),
    },
    {
      // No stranger's text comes there: bin/ runs before the packages are installed.
      files: ['tests/**/*.ts', 'vitest.config.ts', 'bench/**/*.ts', 'bin/**/*.mjs', 'docs/generate/*.ts'],
      rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
    },
    {
      files: ['tests/programs/**/*.ts', 'tests/unit/**/*.ts'],
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
  ],
}
