import { Liquid, LiquidError, type Template } from 'liquidjs';
import { escapeText } from './escape.ts';
import { FILTERS, OWN_FILTERS, type Place } from './filters.ts';

/** A sentence that messages share, callable like a filter. What comes out is safe mrkdwn. */
export type SharedSentence = (value: unknown) => string;

/** Parses and renders Liquid for one place, with nothing but the tags and filters that messages need. */
export interface Engine {
  parse(source: string): Template[];
  /** Throws an Error naming the variable that is missing. */
  render(templates: Template[], variables: object): string;
  /** Makes a sentence callable; throws when its name is taken. */
  share(name: string, sentence: SharedSentence): void;
}

const TAGS = ['if', 'unless', 'case', 'for', 'assign', 'comment', '#'];

export function createEngine(place: Place): Engine {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    // A trimmed tag takes one line break with it, not a whole run of blank lines.
    greedy: false,
    // No file is ever looked up: messages are whole.
    templates: {},
    outputEscape: place === 'data' ? undefined : escapeText,
  });
  for (const tag of Object.keys(liquid.tags)) if (!TAGS.includes(tag)) delete liquid.tags[tag];
  for (const filter of Object.keys(liquid.filters)) {
    if (!OWN_FILTERS.some((own) => own === filter)) delete liquid.filters[filter];
  }
  for (const [name, { raw, rich, plain }] of Object.entries(FILTERS)) {
    const handler = place === 'rich' ? rich : (plain ?? rich);
    if (place === 'data' && raw) continue;
    liquid.registerFilter(name, raw ? { handler, raw: true } : handler);
  }

  return {
    parse: (source) => liquid.parse(withoutTagLines(source)),
    render: (templates, variables) => liquid.renderSync(templates, variables) as string,
    share(name, sentence) {
      if (liquid.filters[name]) throw new Error(`${name} is the name of a filter`);
      liquid.registerFilter(name, { handler: sentence, raw: true });
    },
  };
}

/** Where and why Liquid could not read a template. */
export function parseProblem(error: unknown): { row: number; problem: string } {
  if (!(error instanceof LiquidError)) throw error;
  const row = error.token?.getPosition()[0] ?? 1;
  return { row, problem: (error.originalError ?? error).message };
}

const ONLY_TAGS = /^[ \t]*((?:\{%(?:(?!%\}).)*%\}[ \t]*)+)$/gm;

/** A line that holds nothing but tags leaves no line behind. */
function withoutTagLines(source: string): string {
  return source.replaceAll(ONLY_TAGS, (_line, tags: string) => tags.trimEnd().replace(/-?%\}$/, '-%}'));
}
