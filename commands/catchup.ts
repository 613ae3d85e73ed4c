import { z } from 'zod';
import { incidentOf } from '../src/chatops/change.ts';
import { defineCommand, type Request, say } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';

async function show(request: Request, use: UseCases) {
  const { incident } = incidentOf(request);
  const [view, { lines, total }] = await Promise.all([
    use.read.view(incident),
    use.record.catchup(incident.id),
  ]);
  return say('catchup', { incident: view, lines, total });
}

export const catchup = defineCommand({
  name: 'catchup',
  summary: 'What you need to know when you join late, for your eyes only',
  usage: '',
  capability: 'read',
  about: 'incident',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => show(request, use),
  intents: {
    'catchup.show': {
      capability: 'read',
      about: 'incident',
      run: (request, _values, use) => show(request, use),
    },
  },
});
