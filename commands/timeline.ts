import { z } from 'zod';
import { incidentOf } from '../src/chatops/change.ts';
import { defineCommand, type Request, say } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';

const SHOWN = 40;
const MOST = 200;

async function show(request: Request, last: number, use: UseCases) {
  const { incident } = incidentOf(request);
  const [view, { lines, total }] = await Promise.all([
    use.read.view(incident),
    use.record.timeline(incident.id, last),
  ]);
  return say('timeline', { incident: view, lines, shown: lines.length, total });
}

export const timeline = defineCommand({
  name: 'timeline',
  aliases: ['log'],
  summary: 'The record of an incident, newest last',
  usage: '[how many]',
  capability: 'read',
  about: 'incident',
  parse: (words) => ({ last: words === '' ? SHOWN : Number(words) }),
  input: z.object({ last: z.int('say how many entries, as a number').min(1).max(MOST) }),
  run: (request, { last }, use) => show(request, last, use),
  intents: {
    'timeline.show': {
      capability: 'read',
      about: 'incident',
      run: (request, _values, use) => show(request, SHOWN, use),
    },
  },
});
