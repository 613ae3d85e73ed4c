import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand, no, type Request } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, mentionedUser, one } from '../src/chatops/words.ts';
import { DUTIES, type Duty } from '../src/core/incident/incident.ts';
import { refuse } from '../src/core/shared/refusal.ts';

/** By name, or by a beginning that only one has. */
function dutyOf(word: string): Duty | undefined {
  const plain = word.toLowerCase();
  const meant = DUTIES.filter((duty) => duty.startsWith(plain));
  return meant.length === 1 ? meant[0] : undefined;
}

function isDrop(word: string): boolean {
  return word.toLowerCase() === 'drop';
}

async function take(
  request: Request,
  word: string,
  use: UseCases,
  how: { whom?: string; ifVacant?: true } = {},
) {
  const duty = dutyOf(word);
  if (!duty) return no(refuse('role.unknown', { word, known: DUTIES.join(', ') }));
  const { whom, ...rest } = how;
  const holder = whom
    ? await use.directory.person({ userId: whom, teamId: request.account.teamId })
    : request.requester.person;
  return change(request, use, { type: 'take_duty', duty, holder, ...rest });
}

async function drop(request: Request, word: string, use: UseCases) {
  const duty = dutyOf(word);
  if (!duty) return no(refuse('role.unknown', { word, known: DUTIES.join(', ') }));
  return change(request, use, { type: 'drop_duty', duty });
}

export const role = defineCommand({
  name: 'role',
  aliases: ['command', 'lead'],
  summary: 'Take a role, give it to somebody, or lay it down',
  usage: '<commander|communications|scribe|operations|legal> [@person] · role drop <role>',
  verbs: ['drop', ...DUTIES],
  capability: 'respond',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    return { first, second: firstWord(rest).first };
  },
  input: z
    .object({ first: z.string().min(1, `say which role: ${DUTIES.join(', ')}`), second: z.string() })
    .refine(({ first, second }) => isDrop(first) || second === '' || mentionedUser(second) !== undefined, {
      error: 'mention the person with @, so that it is clear who is meant',
    }),
  run: (request, { first, second }, use) =>
    isDrop(first) ? drop(request, second, use) : take(request, first, use, { whom: mentionedUser(second) }),
  intents: {
    'duty.take': {
      capability: 'respond',
      about: 'incident',
      // The button is shown while nobody has the role; a colleague who was faster keeps it.
      run: (request, values, use) => take(request, one(values.duty) || 'commander', use, { ifVacant: true }),
    },
  },
});
