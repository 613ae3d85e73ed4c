import { z } from 'zod';
import { defineCommand, type Request, say } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';

async function show(request: Request, use: UseCases) {
  return say('incident-list', await use.read.listing(request.requester));
}

export const list = defineCommand({
  name: 'list',
  summary: 'Open incidents, and those that ended lately',
  usage: '',
  capability: 'read',
  about: 'nothing',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => show(request, use),
  intents: {
    'list.show': { capability: 'read', about: 'nothing', run: (request, _values, use) => show(request, use) },
  },
});
