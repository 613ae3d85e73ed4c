import { z } from 'zod';
import { change, incidentOf } from '../src/chatops/change.ts';
import { defineCommand, no, type Request } from '../src/chatops/define-command.ts';
import { openForm } from '../src/chatops/open-form.ts';
import { severityOptions } from '../src/chatops/options.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, one } from '../src/chatops/words.ts';
import { findSeverity } from '../src/core/profile/lookup.ts';
import { refuse } from '../src/core/shared/refusal.ts';

function open(request: Request, use: UseCases) {
  return openForm(request, use, 'severity-form', 'severity.submit', [
    {
      name: 'severity',
      kind: 'choice',
      options: severityOptions(use.profile),
      initial: incidentOf(request).incident.severity,
    },
    { name: 'reason', kind: 'text', multiline: true, maxLength: 1000 },
  ]);
}

async function set(request: Request, word: string, reason: string, use: UseCases) {
  const severity = findSeverity(use.profile, word);
  if (!severity) {
    const known = use.profile.severities.map(({ label }) => label).join(', ');
    return no(refuse('severity.unknown', { word, known }));
  }
  return change(request, use, { type: 'change_severity', to: severity.id, reason });
}

export const severity = defineCommand({
  name: 'severity',
  aliases: ['sev'],
  summary: 'Change the severity: anybody may raise it, the commander may lower it',
  usage: '[sev] [reason]',
  capability: 'respond',
  about: 'incident',
  parse: (words) => firstWord(words),
  input: z.object({ first: z.string(), rest: z.string() }),
  run: (request, { first, rest }, use) =>
    first === '' || rest === '' ? open(request, use) : set(request, first, rest, use),
  intents: {
    'severity.open': {
      capability: 'respond',
      about: 'incident',
      run: (request, _values, use) => open(request, use),
    },
    'severity.submit': {
      capability: 'respond',
      about: 'incident',
      run: (request, values, use) => set(request, one(values.severity), one(values.reason), use),
    },
  },
});
