import { defineTextCommand } from '../src/chatops/define-text-command.ts';

export const reopen = defineTextCommand({
  name: 'reopen',
  summary: 'Open a resolved incident again',
  field: 'reason',
  toCommand: (reason) => ({ type: 'reopen', reason }),
});
