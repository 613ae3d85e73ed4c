import { z } from 'zod';
import { nearestWord } from '../../lib/load-yaml.ts';
import type { Kind } from './filters.ts';

/** What a variable is, with what is known about its presence at one place of a template. */
export interface Scope {
  readonly names: ReadonlyMap<string, z.ZodType>;
  /** Paths that a condition around this place has shown to be there. */
  readonly present: ReadonlySet<string>;
}

export type Found =
  | { ok: true; shape: z.ZodType /** The part of the path that may be absent here. */; absent?: string }
  | { ok: false; problem: string };

/** Follows `path` through the shapes of the variables. */
export function follow(path: readonly string[], scope: Scope): Found {
  const [name = '', ...rest] = path;
  const first = scope.names.get(name);
  if (!first) return missing(`there is no variable ${name}`, name, [...scope.names.keys()]);
  let shape: z.ZodType = first;
  let walked = name;
  let absent: string | undefined;
  for (const part of ['', ...rest]) {
    if (part !== '') {
      const next = member(shape, part);
      if (!next) return missing(`${walked} has no ${part}`, part, membersOf(shape));
      shape = next;
      walked += `.${part}`;
    }
    if (shape instanceof z.ZodOptional) {
      if (!scope.present.has(walked)) absent ??= walked;
      shape = shape.unwrap() as z.ZodType;
    }
  }
  return { ok: true, shape, ...(absent ? { absent } : {}) };
}

/** The kind of value a shape describes; undefined when anything is possible. */
export function kindOf(shape: z.ZodType): Kind | undefined {
  if (shape instanceof z.ZodString || shape instanceof z.ZodEnum) return 'text';
  if (shape instanceof z.ZodNumber) return 'number';
  if (shape instanceof z.ZodArray) return 'list';
  if (shape instanceof z.ZodBoolean) return 'yes or no';
  return shape instanceof z.ZodObject ? 'map' : undefined;
}

export function elementOf(shape: z.ZodType): z.ZodType | undefined {
  return shape instanceof z.ZodArray ? (shape.element as z.ZodType) : undefined;
}

/** The words an enumeration allows; undefined for every other shape. */
export function wordsOf(shape: z.ZodType): string[] | undefined {
  return shape instanceof z.ZodEnum ? shape.options.map(String) : undefined;
}

export function withName(scope: Scope, name: string, shape: z.ZodType): Scope {
  const belongs = (path: string) => path === name || path.startsWith(`${name}.`);
  return {
    names: new Map([...scope.names, [name, shape]]),
    present: new Set([...scope.present].filter((path) => !belongs(path))),
  };
}

export function withPresent(scope: Scope, paths: Iterable<string>): Scope {
  const present = new Set(scope.present);
  for (const path of paths) {
    const parts = path.split('.');
    for (let length = 1; length <= parts.length; length++) present.add(parts.slice(0, length).join('.'));
  }
  return { names: scope.names, present };
}

function member(shape: z.ZodType, part: string): z.ZodType | undefined {
  if (shape instanceof z.ZodObject) return (shape.shape as Record<string, z.ZodType>)[part];
  if (shape instanceof z.ZodUnknown) return shape;
  const element = elementOf(shape);
  if (part === 'size') return element || shape instanceof z.ZodString ? z.number() : undefined;
  if (element && (part === 'first' || part === 'last')) return element.optional();
  return undefined;
}

function membersOf(shape: z.ZodType): string[] {
  if (shape instanceof z.ZodObject) return Object.keys(shape.shape);
  return elementOf(shape) ? ['size', 'first', 'last'] : [];
}

function missing(problem: string, word: string, words: string[]): Found {
  const near = nearestWord(word, words);
  return { ok: false, problem: near ? `${problem}; did you mean ${near}?` : problem };
}
