import { distance } from 'fastest-levenshtein';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { allowedKeys } from './schema-keys.ts';

/** One fault in a YAML file, at the place where a person has to change something. */
export interface YamlProblem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** Such as `regions.us-east-1.gateway` or `steps[2].with`; empty for the whole document. */
  path: string;
  /** What is wrong and what is expected. */
  message: string;
  /** The valid word that looks most like the one that was written. */
  suggestion?: string;
}

export type YamlResult<T> = { ok: true; value: T } | { ok: false; problems: YamlProblem[] };

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

const LARGEST_TEXT = 1_000_000;
/** More uses of anchors than this in one file is an attack or a mistake. */
const MOST_ALIASES = 100;

/**
 * Reads one YAML document (1.2, unique keys, no unknown tags) and checks it against `schema`. Reports all
 * faults at once; a file with faults of YAML itself is not checked further, since its content is in doubt.
 * @param file named in the problems only.
 */
export function parseYamlDocument<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
): YamlResult<z.infer<S>> {
  const source = readSource(text, file);
  if (!source.ok) return source;

  const parsed = schema.safeParse(source.value.content);
  if (parsed.success) return { ok: true, value: parsed.data };
  const context: Context = { ...source.value, file, schema };
  const problems = parsed.error.issues.flatMap((issue) => explain(issue, [], context));
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** One line per problem: `file:line:column path: message; did you mean "x"?`. */
export function formatProblems(problems: readonly YamlProblem[]): string {
  return problems
    .map(({ file, line, column, path, message, suggestion }) => {
      const where = path === '' ? `${file}:${line}:${column}` : `${file}:${line}:${column} ${path}:`;
      return `${where} ${message}${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`;
    })
    .join('\n');
}

/** The one of `words` that `word` is probably a slip of, or undefined when none is near. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  // Of words of two letters, such as EU and US, none is a slip of another.
  let bestDistance = wanted.length <= 2 ? 0 : Math.round(wanted.length * 0.4);
  for (const candidate of words) {
    const found = distance(wanted, candidate.toLowerCase());
    if (found > bestDistance || (found === bestDistance && best !== undefined)) continue;
    best = candidate;
    bestDistance = found;
  }
  return best;
}

interface Source {
  document: Document.Parsed;
  counter: LineCounter;
  /** The document as plain values. */
  content: unknown;
}

interface Context extends Source {
  file: string;
  schema: z.ZodType;
}

function readSource(text: string, file: string): YamlResult<Source> {
  const fault = (offset: number, message: string, counter?: LineCounter): YamlProblem => {
    return { file, ...position(offset, counter), path: '', message };
  };
  if (text.length > LARGEST_TEXT) {
    return { ok: false, problems: [fault(0, `the file is larger than ${LARGEST_TEXT} characters`)] };
  }
  try {
    const counter = new LineCounter();
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      return { ok: false, problems: faults.map(({ pos, message }) => fault(pos[0], message, counter)) };
    }
    return {
      ok: true,
      value: { document, counter, content: document.toJS({ maxAliasCount: MOST_ALIASES }) },
    };
  } catch (error) {
    // An alias without its anchor, too many aliases, or nesting deeper than the stack.
    return { ok: false, problems: [fault(0, error instanceof Error ? error.message : String(error))] };
  }
}

function explain(issue: Issue, above: Path, context: Context): YamlProblem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, context));
    case 'invalid_value':
      return [wrongWord(issue.values, path, context)];
    case 'invalid_type':
      return [wrongType([issue.expected], path, context)];
    case 'invalid_union':
      return wrongUnion(issue, path, context);
    case 'invalid_key':
    case 'invalid_element':
      return [
        problem(
          path,
          `the key is not valid: ${issue.issues.map((inner) => inner.message).join('; ')}`,
          context,
        ),
      ];
    default:
      return [problem(path, `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`, context)];
  }
}

function unknownKey(key: string, path: Path, context: Context): YamlProblem {
  const words = allowedKeys(context.schema, context.content, path);
  const allowed = words.length === 0 ? '' : ` (allowed here: ${words.join(', ')})`;
  return problem([...path, key], `unknown key${allowed}`, context, nearestWord(key, words));
}

function wrongWord(values: readonly unknown[], path: Path, context: Context): YamlProblem {
  const words = values.map(String);
  const expected = words.length === 1 ? `expected ${words[0]}` : `expected one of ${words.join(', ')}`;
  const found = valueAt(path, context);
  const message = found === undefined ? `is missing: ${expected}` : `${expected}, found ${describe(found)}`;
  return problem(path, message, context, typeof found === 'string' ? nearestWord(found, words) : undefined);
}

function wrongType(types: readonly string[], path: Path, context: Context): YamlProblem {
  const expected = `expected ${[...new Set(types)].map(plainType).join(' or ')}`;
  const found = valueAt(path, context);
  return problem(
    path,
    found === undefined ? `is missing: ${expected}` : `${expected}, found ${describe(found)}`,
    context,
  );
}

/** Explains the shape that was most probably meant, not all that were not. */
function wrongUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, context: Context): YamlProblem[] {
  if (issue.discriminator !== undefined) {
    return [wrongWord('options' in issue ? (issue.options ?? []) : [], path, context)];
  }

  const here = issue.errors.map((shape) => shape.find((inner) => inner.path.length === 0));
  const meant = issue.errors.filter((_, index) => {
    const code = here[index]?.code;
    return code !== 'invalid_type' && code !== 'invalid_value';
  });
  const closest = meant.toSorted((a, b) => a.length - b.length)[0];
  if (closest !== undefined) return closest.flatMap((inner) => explain(inner, path, context));

  const values = here.flatMap((inner) => (inner?.code === 'invalid_value' ? inner.values : []));
  const types = here.flatMap((inner) => (inner?.code === 'invalid_type' ? [inner.expected] : []));
  if (values.length > 0) return [wrongWord([...values, ...types.map(plainType)], path, context)];
  return [types.length > 0 ? wrongType(types, path, context) : problem(path, issue.message, context)];
}

function problem(path: Path, message: string, context: Context, suggestion?: string): YamlProblem {
  const offset = offsetOf(path, context.document);
  return {
    file: context.file,
    ...position(offset, context.counter),
    path: writePath(path),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function position(offset: number, counter?: LineCounter): { line: number; column: number } {
  const { line, col } = counter?.linePos(offset) ?? { line: 1, col: 1 };
  // An empty file has no first line to count.
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where the key of the deepest part of `path` that is written in the file begins. */
function offsetOf(path: Path, document: Document.Parsed): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function valueAt(path: Path, context: Context): unknown {
  return path.reduce<unknown>((value, step) => Object(value)[step], context.content);
}

function writePath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function plainType(type: string): string {
  const words: Record<string, string> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'a text',
  };
  return words[type] ?? (type === 'int' ? 'a whole number' : type);
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? JSON.stringify(value) : `the ${typeof value} ${value}`;
}
