import type { z } from 'zod';
import type { JsonObject } from './types.ts';

/** Tells schema problems in the words Slack uses in `response_metadata.messages`. */
export function slackProblems(issues: readonly z.core.$ZodIssue[], input: unknown, root: string): string[] {
  return issues.flatMap((issue) => problem(issue, input, root));
}

/** One line of `response_metadata.messages`, at a JSON pointer. */
export function problemAt(words: string, pointer: string): string {
  return `[ERROR] ${words} [json-pointer:${pointer}]`;
}

function problem(issue: z.core.$ZodIssue, input: unknown, root: string): string[] {
  const path = issue.path.map(String);
  const pointer = pointerTo(root, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problemAt(`invalid additional property: ${key}`, pointer));
  }
  const found = valueAt(input, path);
  const isMissing = found === undefined && path.length > 0;
  if (isMissing) {
    return [problemAt(`missing required field: ${path.at(-1)}`, pointerTo(root, path.slice(0, -1)))];
  }
  return [problemAt(words(issue, found), pointer)];
}

function words(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case 'too_big':
      if (issue.origin === 'string') return `must be less than ${Number(issue.maximum) + 1} characters`;
      if (issue.origin === 'array') return `no more than ${issue.maximum} items allowed`;
      return `must be no more than ${issue.maximum}`;
    case 'too_small':
      if (issue.origin === 'string') return `must be more than ${Number(issue.minimum) - 1} characters`;
      if (issue.origin === 'array') return `no less than ${issue.minimum} items allowed`;
      return `must be no less than ${issue.minimum}`;
    case 'invalid_union':
      return issue.discriminator
        ? `unsupported type: ${String(found)}`
        : 'failed to match all allowed schemas';
    case 'invalid_type':
      return `must provide a ${issue.expected}`;
    case 'invalid_value':
      return `must be a valid enum value`;
    default:
      return issue.message;
  }
}

function pointerTo(root: string, path: readonly string[]): string {
  return [root, ...path].join('/') || '/';
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let here = input;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as JsonObject)[key];
  }
  return here;
}
