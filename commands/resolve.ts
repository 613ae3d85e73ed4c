import { defineTextCommand } from '../src/chatops/define-text-command.ts';

export const resolve = defineTextCommand({
  name: 'resolve',
  summary: 'End the incident: say in a line what happened and what fixed it',
  field: 'summary',
  toCommand: (summary) => ({ type: 'resolve', summary }),
});
