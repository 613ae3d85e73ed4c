import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand, no, type Request } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, one } from '../src/chatops/words.ts';
import { NUDGES } from '../src/core/incident/incident.ts';
import { refuse } from '../src/core/shared/refusal.ts';

const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 180;

const Input = z.object({
  nudge: z.enum(NUDGES, `say which reminder: ${NUDGES.join(', ')}`),
  minutes: z.coerce
    .number('say for how many minutes')
    .int()
    .min(1)
    .max(LONGEST_MINUTES, `at most ${LONGEST_MINUTES} minutes`),
});

function snoozed(request: Request, { nudge, minutes }: z.infer<typeof Input>, use: UseCases) {
  return change(request, use, { type: 'snooze_nudge', nudge, forMs: minutes * MINUTE_MS });
}

export const snooze = defineCommand({
  name: 'snooze',
  summary: 'Silence one of your reminders for a while',
  usage: `<${NUDGES.join('|')}> [minutes]`,
  capability: 'respond',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    return { nudge: first, minutes: rest === '' ? '30' : rest };
  },
  input: Input,
  run: snoozed,
  intents: {
    'nudge.snooze': {
      capability: 'respond',
      about: 'incident',
      async run(request, values, use) {
        const input = Input.safeParse({ nudge: one(values.nudge), minutes: one(values.minutes) });
        return input.success ? snoozed(request, input.data, use) : no(refuse('command.bad_input'));
      },
    },
  },
});
