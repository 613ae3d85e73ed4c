import { z } from 'zod';
import type { IncidentEventType } from '../../core/incident/events.ts';
import { Entry, IncidentView, ListedIncident } from '../../core/message/variables.ts';
import { REFUSALS, type RefusalCode } from '../../core/shared/refusal.ts';
import type { Compiler, Context, Variables, Words } from './compiler.ts';
import { Sentence, VariableName } from './message-format.ts';
import { entryShape, RECORD_SHAPES } from './record-shapes.ts';
import type { Scope } from './shapes.ts';
import { tidyLine } from './tidy.ts';

/** What a shared sentence may be about; the name is also that of its variable. */
const SUBJECTS = { incident: IncidentView, listed: ListedIncident, word: z.string() } as const;

/** The line for a record whose own line cannot be told, such as one of a newer version. */
const OTHER = 'other';

interface Issues {
  addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string; input: unknown }): void;
}

function contextOf(name: string, issues: Issues, input: unknown, used = new Set<string>()): Context {
  return {
    name,
    report: (path, message) => issues.addIssue({ code: 'custom', path, message, input }),
    use: (variable) => used.add(variable),
  };
}

/** `sentences.yaml`: each becomes callable as a filter, also by those below it. */
export function sentencesFile(compiler: Compiler) {
  const names = z.string().regex(/^[a-z][a-z_]*$/, { error: 'expected a name such as against_rto' });
  const takes = z.enum(Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]);
  return z.record(names, z.strictObject({ takes, text: Sentence })).transform((file, issues): undefined => {
    for (const [name, { takes: subject, text }] of Object.entries(file)) {
      const context = contextOf(`sentence ${name}`, issues, file);
      const scope: Scope = { names: new Map([[subject, SUBJECTS[subject]]]), present: new Set() };
      const at = { path: [name, 'text'], scope };
      const say = (place: 'rich' | 'plain') => {
        const words = compiler.words(text, place, at, place === 'rich' ? context : quiet(context));
        return (value: unknown) => tidyLine(words({ [subject]: value }));
      };
      try {
        compiler.share(name, SUBJECTS[subject], { rich: say('rich'), plain: say('plain') });
      } catch (error) {
        context.report([name], error instanceof Error ? error.message : String(error));
      }
    }
  });
}

/** `record-lines.yaml`: one line for every type of event. */
export function recordLinesFile(compiler: Compiler) {
  const types = Object.keys(RECORD_SHAPES) as IncidentEventType[];
  const keys = Object.fromEntries([...types, OTHER].map((type) => [type, Sentence]));
  return z.strictObject(keys).transform((file, issues): ((entry: Entry) => string) => {
    const lines = new Map<string, Record<'rich' | 'plain', Words>>();
    for (const [type, text] of Object.entries(file)) {
      const context = contextOf(`record line ${type}`, issues, file);
      const data = type === OTHER ? z.object({}) : RECORD_SHAPES[type as IncidentEventType];
      const at = {
        path: [type],
        scope: { names: new Map([['entry', entryShape(data)]]), present: new Set<string>() },
      };
      lines.set(type, {
        rich: compiler.words(text, 'rich', at, context),
        plain: compiler.words(text, 'plain', at, quiet(context)),
      });
    }
    const tell = (place: 'rich' | 'plain') => (entry: Entry) => {
      const other = lines.get(OTHER)?.[place];
      try {
        return tidyLine((lines.get(entry.type)?.[place] ?? other)?.({ entry }) ?? '');
      } catch {
        // Written by another version, with other data: the record must still be tellable.
        return tidyLine(other?.({ entry }) ?? '');
      }
    };
    const filter = (place: 'rich' | 'plain') => (value: unknown) => tell(place)(value as Entry);
    compiler.share('record_line', Entry, { rich: filter('rich'), plain: filter('plain') });
    return tell('rich');
  });
}

type RefusalWords = Record<'what' | 'kept' | 'next', Words>;

/** `refusals.yaml`: what, kept and next for every code. No detail is sure to be there. */
export function refusalsFile(compiler: Compiler) {
  const RefusalText = z.strictObject({
    variables: z.array(VariableName).default([]),
    what: Sentence,
    kept: Sentence,
    next: Sentence,
  });
  const keys = Object.fromEntries(REFUSALS.map((code) => [code, RefusalText]));
  return z.strictObject(keys).transform((file, issues): Record<RefusalCode, RefusalWords> => {
    const entries = Object.entries(file).map(([code, refusal]) => {
      const used = new Set<string>();
      const context = contextOf(`refusal ${code}`, issues, file, used);
      const names = new Map(refusal.variables.map((name) => [name, z.string().optional()] as const));
      const scope: Scope = { names, present: new Set() };
      const words = (key: 'what' | 'kept' | 'next'): Words => {
        const compiled = compiler.words(refusal[key], 'rich', { path: [code, key], scope }, context);
        return (variables: Variables) => tidyLine(compiled(variables));
      };
      const compiled = { what: words('what'), kept: words('kept'), next: words('next') };
      for (const [index, name] of refusal.variables.entries()) {
        if (!used.has(name)) context.report([code, 'variables', index], `${name} is declared but not used`);
      }
      return [code, compiled];
    });
    return Object.fromEntries(entries);
  });
}

/** For the second compilation of the same text: its faults have been reported. */
function quiet(context: Context): Context {
  return { ...context, report: () => undefined };
}
