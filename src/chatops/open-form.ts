import type { FormField } from '../app/ports/chat.ts';
import type { UseCases } from '../app/use-cases.ts';
import { incidentOf } from './change.ts';
import type { Reply, Request } from './define-command.ts';

type IncidentForm =
  | 'status-form'
  | 'resolve-form'
  | 'reopen-form'
  | 'severity-form'
  | 'note-form'
  | 'pause-form'
  | 'dismiss-form';

/** Opens a form about the incident at hand; `callback` is the intent that receives what was filled in. */
export async function openForm(
  request: Request,
  use: UseCases,
  words: IncidentForm,
  callback: string,
  fields: FormField[],
): Promise<Reply> {
  const incident = await use.read.view(incidentOf(request).incident);
  return {
    kind: 'form',
    form: {
      callback,
      context: { incident: incident.id },
      words: use.words.form(words, { incident }),
      fields,
    },
  };
}
