import type { Given } from '../slack/view-state.ts';
import type { FormField } from './form-fields.ts';

/** What a person typed for a field: a value, nothing changed, or words why it is none. */
export type Answer =
  | { kind: 'value'; value: Given }
  | { kind: 'keep' }
  | { kind: 'problem'; problem: string };

/** Finds people and channels by what was typed; undefined when there is none. */
export interface Finder {
  person(name: string): string | undefined;
  channel(name: string): string | undefined;
}

/** Empties a field. */
const NOTHING = '-';

/** Reads what was typed for a field. Enter keeps what it holds, `-` empties it. */
export function readAnswer(field: FormField, typed: string, find: Finder): Answer {
  const text = typed.trim();
  if (text === '') return { kind: 'keep' };
  if (text === NOTHING) return { kind: 'value', value: null };
  switch (field.kind) {
    case 'lines':
      return { kind: 'value', value: text.replaceAll('\\n', '\n') };
    case 'one':
      return choose(field, text);
    case 'many':
      return several(text, (part) => choose(field, part));
    case 'person':
      return named(text, find.person, 'Nobody here is called');
    case 'people':
      return several(text, (part) => named(part, find.person, 'Nobody here is called'));
    case 'channel':
      return named(text, find.channel, 'There is no channel');
    default:
      return { kind: 'value', value: text };
  }
}

/** By number, by the whole label or value, or by the beginning of the only label that fits. */
function choose({ choices }: FormField, text: string): Answer {
  const wanted = text.toLowerCase();
  const numbered = /^\d+$/.test(text) ? choices[Number(text) - 1] : undefined;
  const whole = choices.find(({ label, value }) =>
    [label, value].some((one) => one.toLowerCase() === wanted),
  );
  const begun = choices.filter(({ label }) => label.toLowerCase().startsWith(wanted));
  const found = numbered ?? whole ?? (begun.length === 1 ? begun[0] : undefined);
  if (found) return { kind: 'value', value: found.value };
  return {
    kind: 'problem',
    problem: `"${text}" is not among them: type a number from 1 to ${choices.length}`,
  };
}

function named(text: string, find: (name: string) => string | undefined, problem: string): Answer {
  const found = find(text.replace(/^[@#]/, ''));
  return found ? { kind: 'value', value: found } : { kind: 'problem', problem: `${problem} "${text}"` };
}

function several(text: string, read: (part: string) => Answer): Answer {
  const values: string[] = [];
  for (const part of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const answer = read(part);
    if (answer.kind !== 'value') return answer;
    values.push(String(answer.value));
  }
  return { kind: 'value', value: values };
}
