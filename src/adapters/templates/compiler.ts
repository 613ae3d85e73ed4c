import { IfTag } from 'liquidjs';
import type { z } from 'zod';
import { type Facts, type Review, reviewCondition, reviewTemplates } from './check-template.ts';
import type { Place } from './filters.ts';
import { createEngine, parseProblem, type SharedSentence } from './liquid.ts';
import type { Scope } from './shapes.ts';

export type Variables = Record<string, unknown>;
export type Words = (variables: Variables) => string;

/** Where a piece of a file goes wrong: the path of its key, and why. */
export type Report = (path: PropertyKey[], problem: string) => void;

/** What is known while one file is compiled. */
export interface Context {
  /** Such as `message card`: begins the errors of rendering. */
  name: string;
  report: Report;
  use(name: string): void;
}

export interface Compiler {
  /** Compiles and checks one template. After a fault it is reported and the words are empty. */
  words(source: string, place: Place, at: { path: PropertyKey[]; scope: Scope }, context: Context): Words;
  /** A condition as it stands after `if`. */
  condition(
    source: string,
    at: { path: PropertyKey[]; scope: Scope },
    context: Context,
  ): { holds(variables: Variables): boolean; facts: Facts };
  /** Makes a sentence callable from every template compiled after it. */
  share(name: string, takes: z.ZodType, sentences: Record<'rich' | 'plain', SharedSentence>): void;
}

export function createCompiler(): Compiler {
  const engines = { rich: createEngine('rich'), plain: createEngine('plain'), data: createEngine('data') };
  const shared = new Map<string, z.ZodType>();

  const reviewFor = (path: PropertyKey[], lines: number, context: Context): Review => ({
    report: (row, problem) =>
      context.report(path, lines > 1 ? `line ${row} of the text: ${problem}` : problem),
    use: context.use,
    takenBy: (filter) => shared.get(filter),
  });

  return {
    words(source, place, { path, scope }, context) {
      const engine = engines[place];
      const review = reviewFor(path, source.split('\n').length, context);
      try {
        const templates = engine.parse(source);
        reviewTemplates(templates, scope, review);
        return (variables) => rendered(() => engine.render(templates, variables), context.name, path);
      } catch (error) {
        const { row, problem } = parseProblem(error);
        review.report(row, problem);
        return () => '';
      }
    },

    condition(source, { path, scope }, context) {
      const review = reviewFor(path, 1, context);
      try {
        const templates = engines.data.parse(`{% if ${source} %}yes{% endif %}`);
        const [tag] = templates;
        if (!(tag instanceof IfTag) || templates.length > 1) throw new TypeError('not one condition');
        const facts = reviewCondition(tag.branches[0]!.value, scope, review);
        const holds = (variables: Variables) =>
          rendered(() => engines.data.render(templates, variables), context.name, path) !== '';
        return { holds, facts };
      } catch (error) {
        review.report(1, error instanceof TypeError ? error.message : parseProblem(error).problem);
        return { holds: () => false, facts: { whenTrue: [], whenFalse: [] } };
      }
    },

    share(name, takes, { rich, plain }) {
      engines.rich.share(name, rich);
      engines.plain.share(name, plain);
      shared.set(name, takes);
    },
  };
}

function rendered(render: () => string, name: string, path: PropertyKey[]): string {
  try {
    return render();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}, ${path.map(String).join('.')}: ${reason}`, { cause });
  }
}
