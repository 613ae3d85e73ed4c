import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand } from '../src/chatops/define-command.ts';

export const escalate = defineCommand({
  name: 'escalate',
  summary: 'Call the next people of the escalation ladder now',
  usage: '',
  capability: 'respond',
  about: 'incident',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => change(request, use, { type: 'escalate' }),
});
