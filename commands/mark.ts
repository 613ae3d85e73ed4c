import { z } from 'zod';
import { change, incidentOf } from '../src/chatops/change.ts';
import { defineCommand, no } from '../src/chatops/define-command.ts';
import { firstWord } from '../src/chatops/words.ts';
import { MARKS } from '../src/core/incident/incident.ts';
import { parseTime } from '../src/core/shared/parse-time.ts';
import { refuse } from '../src/core/shared/refusal.ts';

export const mark = defineCommand({
  name: 'mark',
  summary: 'Set a clock mark, such as when the outage began or service came back',
  usage: `<${MARKS.join('|')}> [now | 14:05 | 10m ago | 2026-01-15T14:05Z] [evidence]`,
  capability: 'respond',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    return { name: first.toLowerCase().replaceAll('-', '_'), rest };
  },
  input: z.object({ name: z.enum(MARKS, `say which mark: ${MARKS.join(', ')}`), rest: z.string() }),
  async run(request, { name, rest }, use) {
    const { asOf } = await use.read.view(incidentOf(request).incident);
    const said = parseTime(rest, asOf);
    if (said === 'unclear') return no(refuse('mark.bad_time', { said: rest }));
    const { at, rest: evidence } = said;
    return change(request, use, { type: 'set_mark', name, at, ...(evidence ? { evidence } : {}) });
  },
});
