import { z } from 'zod';
import { change } from '../src/chatops/change.ts';
import { defineCommand } from '../src/chatops/define-command.ts';

export const close = defineCommand({
  name: 'close',
  summary: 'Seal the record of a resolved incident and archive its channel',
  usage: '',
  capability: 'respond',
  about: 'incident',
  parse: () => ({}),
  input: z.object({}),
  run: (request, _input, use) => change(request, use, { type: 'close' }),
});
