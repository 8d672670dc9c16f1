import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

/** A pattern that takes squared time on a stranger's text holds up every pipeline. No line is excepted. */
export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.almanac/**', 'data/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['tests/**', 'bench/**', 'simulator/**', 'docs/**'],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
    },
  },
)
