import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand, no, type Request } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, mentionedUser, one } from '../src/chatops/words.ts';
import { DUTIES, type Duty } from '../src/core/incident/incident.ts';
import { refuse } from '../src/core/shared/refusal.ts';

function dutyOf(word: string): Duty | undefined {
  const plain = word.toLowerCase();
  return DUTIES.find((duty) => duty === plain || duty.startsWith(plain));
}

async function take(request: Request, word: string, whom: string | undefined, use: UseCases) {
  const duty = dutyOf(word);
  if (!duty) return no(refuse('role.unknown', { word, known: DUTIES.join(', ') }));
  const holder = whom
    ? await use.directory.person({ userId: whom, teamId: request.account.teamId })
    : request.requester.person;
  return change(request, use, { type: 'take_duty', duty, holder });
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
  capability: 'respond',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    return { first, second: firstWord(rest).first };
  },
  input: z.object({
    first: z.string().min(1, `say which role: ${DUTIES.join(', ')}`),
    second: z
      .string()
      .refine((word) => word === '' || mentionedUser(word) !== undefined || dutyOf(word) !== undefined, {
        error: 'mention the person with @, so that it is clear who is meant',
      }),
  }),
  run: (request, { first, second }, use) =>
    first.toLowerCase() === 'drop'
      ? drop(request, second, use)
      : take(request, first, mentionedUser(second), use),
  intents: {
    'duty.take': {
      capability: 'respond',
      about: 'incident',
      run: (request, values, use) => take(request, one(values.duty) || 'commander', undefined, use),
    },
  },
});
