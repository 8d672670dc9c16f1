/** The kind of a file in a source tree, by its path alone, and how useful it is for learning the library. */

export type FileKind = 'readme' | 'doc' | 'note' | 'example' | 'notebook' | 'source'

export interface KnownFile {
  kind: FileKind
  /** Name of the language in a code fence; empty for prose. */
  language: string
  /** Larger ones are data. */
  maxBytes: number
  /** Smaller is more useful, within its kind. */
  rank: number
}

const KB = 1024
/** The longest module of SciPy has 300 KB; larger ones are tables and generated code, and take seconds to parse. */
const SOURCE_BYTES = 512 * KB
const PROSE_BYTES = 1024 * KB
/** Nearly all of a notebook's bytes are pictures in its outputs, which are dropped. */
const NOTEBOOK_BYTES = 16 * 1024 * KB

const LANGUAGES: Record<string, string> = {
  py: 'python',
  pyi: 'python',
  pyx: 'cython',
  pxd: 'cython',
  jl: 'julia',
  r: 'r',
  go: 'go',
  rs: 'rust',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  hh: 'cpp',
  cu: 'cuda',
  cuh: 'cuda',
  f: 'fortran',
  for: 'fortran',
  f77: 'fortran',
  f90: 'fortran',
  f95: 'fortran',
  f03: 'fortran',
  f08: 'fortran',
  js: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  java: 'java',
  kt: 'kotlin',
  scala: 'scala',
  cs: 'csharp',
  swift: 'swift',
  m: 'matlab',
  pro: 'idl',
  pl: 'perl',
  pm: 'perl',
  rb: 'ruby',
  lua: 'lua',
  hs: 'haskell',
  sh: 'bash',
}
const PROSE = new Set(['md', 'rst', 'markdown', 'mdx', 'adoc', 'qmd', 'rmd', 'rd', 'txt'])
/** The order in which one of several README files is taken. */
const README_ORDER = ['md', 'rst', 'markdown', '', 'txt', 'adoc']

const DOC_FOLDER =
  /^(docs?|documentation|guides?|manual|user_?guide|tutorials?|wiki|vignettes|paper|website)$/i
const EXAMPLE_FOLDER = /^(examples?|demos?|tutorials?|recipes|gallery|galleries|notebooks?|samples?)$/i
const NOTE_FOLDER = /^(changes|changelog|release[-_]?notes|what'?s[-_]?new|development?|dev|licenses?|news)$/i
const NOTE =
  /^(change(s|log)?|history|news|release(s|[-_]notes)?|what'?s[-_]?new|licen[cs]e|copying|contribut(ing|ors)|code[-_]of[-_]conduct|authors?|credits|citation|citing|security|governance|maintainers?|todo|acknowledge?ments?)([-_.].*)?$/i
const VENDORED =
  /^(_?vendor(ed)?|third[-_]?party|c?extern(als?)?|node_modules|bower_components|site-packages)$/i
const BUILT = /^(_build|build|dist|_?static|_templates?|_themes?|_autosummary)$/i
const TESTS = /^(tests?|testing_data|test[-_]data|testsuite)$/i
const TEST_FILE = /^(test_.*|.*_test|conftest|.*\.test|.*\.spec)\.[^.]+$/i
const BUILD_SCRIPT = /^(setup|setup_package|conf|noxfile|fabfile|versioneer|ez_setup|ah_bootstrap)\.py$/i
const GENERATED =
  /(^_version\.py$|_pb2(_grpc)?\.pyi?$|\.min\.m?js$|^(parsetab|lextab|_parsetab)\.py$|_(lex|parse)tab\.py$)/i
const FIRST_PAGES =
  /^(index|intro(duction)?|overview|about|quick[-_]?start|getting[-_]?started|basics?|usage|user_?guide|tutorials?|install(ation|ing)?|guide)$/i
/** Text files that are read by programs. */
const NOT_PROSE = /^(requirements.*|cmakelists|environment.*|manifest|runtime|robots|constraints.*)\.txt$/i

/** Returns why a folder is not entered; undefined if it is. */
export function folderReason(path: string): string | undefined {
  const segments = path.split('/')
  const name = segments.at(-1) ?? ''
  const parent = segments.at(-2)
  if (name.startsWith('.')) return 'hidden'
  if (VENDORED.test(name)) return 'vendored'
  if (name.endsWith('.egg-info') || name === '__pycache__') return 'generated'
  // A package may have a module folder called `build`; at the root and in the documentation it is build output.
  if (BUILT.test(name) && (parent === undefined || DOC_FOLDER.test(parent))) return 'generated'
  return TESTS.test(name) ? 'test' : undefined
}

/** The kind of a file, or why it is not read. */
export function kindOf(path: string): KnownFile | { reason: string } {
  const segments = path.split('/')
  const file = segments.at(-1) ?? ''
  const dot = file.lastIndexOf('.')
  const extension = dot > 0 ? file.slice(dot + 1).toLowerCase() : ''
  const stem = dot > 0 ? file.slice(0, dot) : file
  const folders = segments.slice(0, -1)
  if (file.startsWith('.')) return { reason: 'hidden' }
  if (extension === 'ipynb') {
    return { kind: 'notebook', language: '', maxBytes: NOTEBOOK_BYTES, rank: pageRank(stem, folders) }
  }
  const language = LANGUAGES[extension]
  if (language !== undefined) return codeKind(file, folders, language)
  return proseKind(file, stem, extension, folders)
}

function codeKind(file: string, folders: string[], language: string): KnownFile | { reason: string } {
  if (TEST_FILE.test(file)) return { reason: 'test' }
  if (GENERATED.test(file)) return { reason: 'generated' }
  if (BUILD_SCRIPT.test(file)) return { reason: 'build script' }
  const isExample = folders.some((name) => EXAMPLE_FOLDER.test(name)) || DOC_FOLDER.test(folders[0] ?? '')
  if (isExample) return { kind: 'example', language, maxBytes: SOURCE_BYTES, rank: folders.length }
  const isPrivate = [...folders, file].some((name) => /^_(?!_init__\.)/.test(name))
  // Python first: its outlines describe the library; a shell script is rarely useful.
  const family = language === 'python' ? 0 : language === 'bash' ? 40 : 20
  return {
    kind: 'source',
    language,
    maxBytes: SOURCE_BYTES,
    rank: family + (isPrivate ? 10 : 0) + Math.min(folders.length, 9),
  }
}

function proseKind(
  file: string,
  stem: string,
  extension: string,
  folders: string[],
): KnownFile | { reason: string } {
  const known = { language: '', maxBytes: PROSE_BYTES }
  const isDocument = PROSE.has(extension)
  if (folders.length === 0 && /^readme$/i.test(stem) && README_ORDER.includes(extension)) {
    return { ...known, kind: 'readme', rank: README_ORDER.indexOf(extension) }
  }
  if (NOT_PROSE.test(file)) return { reason: 'no prose' }
  const isBare = extension === '' && folders.length === 0
  if (NOTE.test(stem) && (isDocument || isBare)) return { ...known, kind: 'note', rank: folders.length }
  if (!isDocument) return { reason: 'neither text nor code' }
  if (folders.some((name) => NOTE_FOLDER.test(name))) return { ...known, kind: 'note', rank: 5 }
  const isGuide = folders.length === 0 || folders.some((name) => DOC_FOLDER.test(name))
  // Outside of the documentation a text file is data more often than words.
  if (extension === 'txt' && !isGuide) return { reason: 'no prose' }
  return { ...known, kind: 'doc', rank: (isGuide ? 0 : 20) + pageRank(stem, folders) }
}

/** First pages first, then files near the root. */
function pageRank(stem: string, folders: string[]): number {
  return (FIRST_PAGES.test(stem) ? 0 : 10) + Math.min(folders.length, 9)
}
