/** Splits what was typed after a command: the first word, and the rest as it was typed. */
export function firstWord(words: string): { first: string; rest: string } {
  const [first = '', ...rest] = words.trim().split(/\s+/);
  return { first, rest: rest.length === 0 ? '' : words.trim().slice(first.length).trim() };
}

/** Slack's escaped mention `<@U123|name>`, as it comes with commands. */
export function mentionedUser(word: string): string | undefined {
  return /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(word)?.[1];
}

export function mentionedUsers(words: string): string[] {
  return [...words.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)].map((match) => match[1] as string);
}

/** One value of a form or button; several become the first. Trimmed; empty when absent. */
export function one(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value[0] : value;
  return (text ?? '').trim();
}

export function many(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
