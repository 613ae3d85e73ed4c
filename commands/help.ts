import { z } from 'zod';
import { defineCommand, type Request, say } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';

async function show(request: Request, use: UseCases) {
  return say('help', { commands: use.commands(request.requester) });
}

export const help = defineCommand({
  name: 'help',
  summary: 'What you may do, and how',
  usage: '',
  capability: 'read',
  about: 'nothing',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => show(request, use),
  intents: {
    'help.show': { capability: 'read', about: 'nothing', run: (request, _values, use) => show(request, use) },
  },
});
