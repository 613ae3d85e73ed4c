import { defineTextCommand } from '../src/chatops/define-text-command.ts';

export const dismiss = defineTextCommand({
  name: 'dismiss',
  summary: 'Say that an alert was no disaster',
  field: 'reason',
  toCommand: (reason) => ({ type: 'dismiss', reason }),
});
