import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand } from '../src/chatops/define-command.ts';
import { firstWord } from '../src/chatops/words.ts';

/** Slack sends a typed link as `<https://…>` or `<https://…|text>`. */
function plainUrl(word: string): string {
  return /^<(https?:[^|>]+)(?:\|[^>]*)?>$/.exec(word)?.[1] ?? word;
}

export const link = defineCommand({
  name: 'link',
  summary: 'Keep a link with the incident: a call, a dashboard, a document',
  usage: '<https://…> [title]',
  capability: 'respond',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    const url = plainUrl(first);
    return { url, title: rest === '' ? url : rest };
  },
  input: z.object({
    url: z.string().min(1, 'say which address to keep').max(2000),
    title: z.string().max(200),
  }),
  run: (request, { url, title }, use) => change(request, use, { type: 'add_link', url, title }),
});
