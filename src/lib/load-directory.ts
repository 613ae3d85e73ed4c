import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { formatProblems, parseYamlDocument, type YamlProblem } from './load-yaml.ts';

/** A loaded file; `name` is its name without the ending. */
export interface Loaded<T> {
  name: string;
  file: string;
  value: T;
}

/** A folder that could not be loaded, with every fault of every file. */
export class LoadError extends Error {
  /** One line each, beginning with the file. */
  readonly faults: readonly string[];

  constructor(dir: string, faults: readonly string[], options?: ErrorOptions) {
    super(
      `${dir} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`,
      options,
    );
    this.name = 'LoadError';
    this.faults = faults;
  }
}

/**
 * Loads every `*.yaml` file of a folder (not of folders inside it), sorted by name, checked by `schema`.
 * Throws one `LoadError` with all faults of all files: line, path, what is expected, the nearest valid word.
 */
export async function loadYamlDirectory<S extends z.ZodType>(
  dir: string,
  schema: S,
): Promise<Loaded<z.infer<S>>[]> {
  const loaded: Loaded<z.infer<S>>[] = [];
  const problems: YamlProblem[] = [];
  const report = (file: string, message: string): void => {
    problems.push({ file, line: 1, column: 1, path: '', message });
  };
  for (const name of await listFiles(dir, /\.ya?ml$/i)) {
    const file = path.join(dir, name);
    if (path.extname(name) !== '.yaml') {
      report(file, 'the name of this file must end in .yaml');
      continue;
    }
    const text = decode(await readFile(file));
    if (text === undefined) {
      report(file, 'this file is not UTF-8 text');
      continue;
    }
    const result = parseYamlDocument(text, file, schema);
    if (result.ok) loaded.push({ name: path.basename(name, '.yaml'), file, value: result.value });
    else problems.push(...result.problems);
  }
  if (problems.length > 0)
    throw new LoadError(
      dir,
      problems.map((problem) => formatProblems([problem])),
    );
  return loaded;
}

/**
 * Imports every module (`.ts`, or `.js` after the build) of a folder, sorted by name, and takes from each
 * what `read` returns. `read` throws, with a reason in words, when a module does not export what it must;
 * all such faults are thrown together as one `LoadError`.
 */
export async function loadModules<T>(
  dir: string,
  read: (exported: Record<string, unknown>, name: string) => T,
): Promise<Loaded<T>[]> {
  const loaded: Loaded<T>[] = [];
  const faults: string[] = [];
  let cause: unknown;
  for (const fileName of await listFiles(dir, /(?<!\.d)\.(ts|js)$/)) {
    const file = path.join(dir, fileName);
    const name = path.basename(fileName, path.extname(fileName));
    try {
      // One after the other: in the order of their names, whatever they need to load.
      loaded.push({ name, file, value: read(await import(pathToFileURL(path.resolve(file)).href), name) });
    } catch (error) {
      cause ??= error;
      faults.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0) throw new LoadError(dir, faults, { cause });
  return loaded;
}

async function listFiles(dir: string, wanted: RegExp): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause) => {
    throw new LoadError(dir, [`${dir}: this folder cannot be read`], { cause });
  });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && wanted.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
