import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand } from '../src/chatops/define-command.ts';

export const ack = defineCommand({
  name: 'ack',
  summary: 'Say that you are on it: the escalation ladder stops',
  usage: '',
  capability: 'respond',
  about: 'incident',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => change(request, use, { type: 'acknowledge_rung' }),
  intents: {
    'rung.acknowledge': {
      capability: 'respond',
      about: 'incident',
      run: (request, _values, use) => change(request, use, { type: 'acknowledge_rung' }),
    },
  },
});
