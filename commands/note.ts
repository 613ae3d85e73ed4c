import { defineTextCommand } from '../src/chatops/define-text-command.ts';

export const note = defineTextCommand({
  name: 'note',
  summary: 'Add a note to the record',
  field: 'text',
  toCommand: (text) => ({ type: 'add_note', text }),
});
