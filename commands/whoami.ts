import { z } from 'zod';
import { defineCommand, say } from '../src/chatops/define-command.ts';

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'Who Lifeboat takes you for, and what you may do',
  usage: '',
  capability: 'read',
  about: 'nothing',
  parse: () => ({}),
  input: z.object({}),
  async run({ requester }, _input, use) {
    const { person, standing, roles, capabilities, rolesUnreadable } = requester;
    return say('whoami', {
      person,
      standing,
      roles: roles.map((role) => use.profile.roles[role]?.title ?? role),
      may: capabilities,
      ...(rolesUnreadable ? { rolesUnreadable } : {}),
    });
  },
});
