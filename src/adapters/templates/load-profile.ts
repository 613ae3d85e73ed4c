import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { Profile } from '../../core/profile/profile.ts';
import { formatProblems, nearestWord, parseYamlDocument } from '../../lib/load-yaml.ts';

const FOLDER = join('templates', 'profiles');

/**
 * Reads the organisation's profile, once, at the start.
 * @param nameOrPath a name under `templates/profiles`, or the path of a file, seen from `root`
 * @throws one Error that lists every fault with its file, line and column and what is expected there
 */
export function loadProfile(nameOrPath: string, { root }: { root: string }): Profile {
  const path = profilePath(nameOrPath, root);
  const shown = shownPath(path, root);

  const result = parseYamlDocument(read(path, shown), shown, Profile);

  if (result.ok) return result.value;
  const { length } = result.problems;
  const faults = length === 1 ? '1 fault' : `${length} faults`;
  throw new Error(`the profile ${shown} has ${faults}:\n${formatProblems(result.problems)}`);
}

/** The names that `loadProfile` knows, sorted. */
export function profileNames(root: string): string[] {
  return readdirSync(join(root, FOLDER))
    .filter((file) => extname(file) === '.yaml')
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

function profilePath(nameOrPath: string, root: string): string {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return resolve(root, nameOrPath);
  const names = profileNames(root);
  if (names.includes(nameOrPath)) return join(root, FOLDER, `${nameOrPath}.yaml`);
  const nearest = nearestWord(nameOrPath, names);
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  throw new Error(
    `there is no profile "${nameOrPath}": expected ${names.join(', ')}, or the path of a file${hint}`,
  );
}

function shownPath(path: string, root: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside;
}

function read(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`the profile ${shown} cannot be read (${code ?? cause})`, { cause });
  }
}
