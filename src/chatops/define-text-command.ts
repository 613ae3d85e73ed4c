import { z } from 'zod';
import type { IncidentCommand } from '../core/incident/commands.ts';
import { refuse } from '../core/shared/refusal.ts';
import { change } from './change.ts';
import { type Command, defineCommand, type Intent } from './define-command.ts';
import { openForm } from './open-form.ts';
import { one } from './words.ts';

/** As much as a form field takes. */
const MAX = 3000;

/**
 * A command that needs one text: typed after it, or asked for by a form. `<name>.open` opens the form,
 * `<name>.submit` receives it.
 */
export function defineTextCommand(command: {
  name: 'note' | 'resolve' | 'reopen' | 'dismiss';
  summary: string;
  /** Name of the text in usage and form. */
  field: string;
  toCommand(text: string): IncidentCommand;
}): Command<unknown> {
  const { name, field, toCommand } = command;
  const fields = [{ name: field, kind: 'text' as const, multiline: true, maxLength: MAX }];
  const intent = (run: Intent['run']): Intent => ({ capability: 'respond', about: 'incident', run });
  const open: Intent['run'] = (request, _values, use) =>
    openForm(request, use, `${name}-form`, `${name}.submit`, fields);
  return defineCommand({
    name,
    summary: command.summary,
    usage: `[${field}]`,
    capability: 'respond',
    about: 'incident',
    parse: (words) => ({ text: words }),
    input: z.object({ text: z.string() }),
    run: (request, { text }, use) =>
      text === '' ? open(request, {}, use) : change(request, use, toCommand(text)),
    intents: {
      [`${name}.open`]: intent(open),
      [`${name}.submit`]: intent(async (request, values, use) => {
        const text = one(values[field]);
        if (text === '') return { kind: 'invalid', fields: { [field]: refuse('form.text_missing') } };
        return change(request, use, toCommand(text));
      }),
    },
  });
}
