import { z } from 'zod';
import { defineCommand, say } from '../src/chatops/define-command.ts';

const OPEN_SHOWN = 5;

export const menu = defineCommand({
  name: 'menu',
  summary: 'What makes sense here and now',
  usage: '',
  capability: 'read',
  about: 'nothing',
  parse: () => ({}),
  input: z.object({}),
  async run(request, _input, use) {
    const listing = await use.read.listing(request.requester, { open: OPEN_SHOWN });
    const incident = request.here && (await use.read.view(request.here.incident));
    return say('menu', {
      person: request.requester.person,
      may: request.requester.capabilities,
      open: listing.open,
      openTotal: listing.openTotal,
      ...(incident ? { incident } : {}),
    });
  },
});
