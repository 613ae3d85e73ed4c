import type { ApiReply, JsonObject } from '../types.ts';

/** A method of the Web API. The token, the scopes and the rate have been checked before it runs. */
export type Method = (args: JsonObject) => ApiReply | Promise<ApiReply>;

/** Methods by their Slack name. */
export type Methods = Record<string, Method>;

/** A string argument; empty when absent. */
export function stringArg(args: JsonObject, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A truth argument in any of the spellings Slack takes. */
export function booleanArg(args: JsonObject, name: string): boolean {
  const value = args[name];
  return value === true || value === 1 || value === '1' || value === 'true';
}

/** A list argument: an array or words between commas. */
export function listArg(args: JsonObject, name: string): string[] {
  const value = args[name];
  const items = Array.isArray(value) ? value.map(String) : stringArg(args, name).split(',');
  return [...new Set(items.map((item) => item.trim()).filter(Boolean))];
}

/** A structured argument: JSON as text (forms) or as it is (JSON bodies). `error` when it cannot be read. */
export function jsonArg(args: JsonObject, name: string): { value?: unknown; error?: true } {
  const value = args[name];
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') return { value };
  try {
    return { value: JSON.parse(value) };
  } catch {
    return { error: true };
  }
}

/** One page of a list, with the cursor that leads to the next. */
export function page<T>(
  args: JsonObject,
  items: readonly T[],
  defaultLimit: number,
): { items: T[]; metadata: JsonObject } {
  const limit = Math.min(Number(args.limit) || defaultLimit, 1000);
  const start = Number(Buffer.from(stringArg(args, 'cursor'), 'base64').toString()) || 0;
  const next = start + limit;
  const cursor = next < items.length ? Buffer.from(String(next)).toString('base64') : '';
  return { items: items.slice(start, next), metadata: { next_cursor: cursor } };
}
