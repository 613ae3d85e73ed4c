import {
  AssignTag,
  CaseTag,
  ForTag,
  IfTag,
  Output,
  type Template,
  type Token,
  TypeGuards,
  UnlessTag,
  type Value,
} from 'liquidjs';
import { z } from 'zod';
import { FILTERS } from './filters.ts';
import { elementOf, follow, kindOf, type Scope, withName, withPresent, wordsOf } from './shapes.ts';

/** Where findings and used variables are gathered. */
export interface Review {
  /** @param row line within the template, from 1 */
  report(row: number, problem: string): void;
  use(name: string): void;
  /** The shape that a shared sentence takes, if `filter` is one. */
  takenBy(filter: string): z.ZodType | undefined;
}

/** What follows when a condition holds, and when it does not: paths that are certainly there. */
export interface Facts {
  whenTrue: string[];
  whenFalse: string[];
}

interface Operand extends Facts {
  shape?: z.ZodType;
  literal?: unknown;
  path?: string;
}

const NOTHING: Facts = { whenTrue: [], whenFalse: [] };
const ANYTHING = z.unknown();

/**
 * Reads a template without running it: every variable must exist in its shape, what may be absent must
 * be guarded by `if`, `unless`, `case` or `default`, and filters must get what they take.
 */
export function reviewTemplates(templates: readonly Template[], start: Scope, review: Review): void {
  let scope = start;
  for (const template of templates) {
    if (template instanceof Output) reviewValue(template.value, scope, review, false);
    else if (template instanceof IfTag || template instanceof UnlessTag) branches(template, scope, review);
    else if (template instanceof CaseTag) cases(template, scope, review);
    else if (template instanceof ForTag) loop(template, scope, review);
    else if (template instanceof AssignTag) scope = assignment(template, scope, review);
  }
}

/** Checks a condition, where absent values are fine, and says what it proves. */
export function reviewCondition(value: Value, scope: Scope, review: Review): Facts {
  return reviewValue(value, scope, review, true);
}

function branches(tag: IfTag | UnlessTag, start: Scope, review: Review): void {
  let scope = start;
  for (const [index, { value, templates }] of tag.branches.entries()) {
    const found = reviewCondition(value, scope, review);
    const inverted = tag instanceof UnlessTag && index === 0;
    reviewTemplates(templates, withPresent(scope, inverted ? found.whenFalse : found.whenTrue), review);
    scope = withPresent(scope, inverted ? found.whenTrue : found.whenFalse);
  }
  reviewTemplates(tag.elseTemplates ?? [], scope, review);
}

function cases(tag: CaseTag, scope: Scope, review: Review): void {
  const target = reviewValue(tag.value, scope, review, true);
  for (const { values, templates } of tag.branches) {
    for (const value of values) {
      const word = operand(value, scope, review, true);
      compareWords(target, word, value, review);
    }
    reviewTemplates(templates, withPresent(scope, target.whenTrue), review);
  }
  reviewTemplates(tag.elseTemplates, scope, review);
}

function loop(tag: ForTag, scope: Scope, review: Review): void {
  const { shape } = operand(tag.collection, scope, review, false);
  const element = shape && elementOf(shape);
  if (shape && !element && shape !== ANYTHING) report(tag.collection, 'is not a list', review);
  for (const argument of Object.values(tag.hash.hash)) {
    if (typeof argument === 'object') operand(argument as Token, scope, review, false);
  }
  const inner = withName(withName(scope, tag.variable, element ?? ANYTHING), 'forloop', ANYTHING);
  reviewTemplates(tag.templates, inner, review);
  reviewTemplates(tag.elseTemplates, scope, review);
}

function assignment(tag: AssignTag, scope: Scope, review: Review): Scope {
  const [value] = tag.arguments() as Iterable<Value>;
  const [name] = tag.localScope();
  const { shape } = reviewValue(value!, scope, review, false);
  return withName(scope, name!.content, shape ?? ANYTHING);
}

function reviewValue(value: Value, scope: Scope, review: Review, lenient: boolean): Operand {
  const guarded = lenient || value.filters[0]?.name === 'default';
  const stack: Operand[] = [];
  for (const token of value.initial.postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      stack.push(operand(token, scope, review, guarded));
      continue;
    }
    const right = stack.pop() ?? NOTHING;
    const left = token.operator === 'not' ? NOTHING : (stack.pop() ?? NOTHING);
    stack.push(combine(token.operator, left, right, token, review));
  }
  const result: Operand = stack[0] ?? NOTHING;
  let shape = result.shape;
  for (const { name, args } of value.filters) {
    shape = reviewFilter(name, shape, value.initial.postfix[0], review);
    for (const argument of args) {
      operand(Array.isArray(argument) ? argument[1]! : argument, scope, review, false);
    }
  }
  return value.filters.length === 0 ? result : { ...NOTHING, shape };
}

/** What comes out of a filter, as far as it is known. */
function reviewFilter(
  name: string,
  shape: z.ZodType | undefined,
  at: Token | undefined,
  review: Review,
): z.ZodType | undefined {
  if (name === 'default') return shape;
  const taken = review.takenBy(name);
  if (taken) {
    const fits = !shape || shape === ANYTHING || shape === taken || kindOf(shape) === simpleKind(taken);
    if (!fits) report(at, `cannot be given to ${name}`, review);
    return z.string();
  }
  const takes = FILTERS[name]?.takes;
  const kind = shape && kindOf(shape);
  if (takes && kind && !takes.includes(kind)) {
    report(at, `is a ${kind}, but ${name} takes a ${takes.join(' or ')}`, review);
  }
  return ANYTHING;
}

/** Sentences about a word take any text; those about an incident only that very shape. */
function simpleKind(taken: z.ZodType) {
  const kind = kindOf(taken);
  return kind === 'map' ? 'never' : kind;
}

function combine(operator: string, left: Operand, right: Operand, at: Token, review: Review): Operand {
  switch (operator) {
    case 'not':
      return { whenTrue: right.whenFalse, whenFalse: right.whenTrue };
    case 'and':
      return {
        whenTrue: [...left.whenTrue, ...right.whenTrue],
        whenFalse: left.whenFalse.filter((path) => right.whenFalse.includes(path)),
      };
    case 'or':
      return {
        whenTrue: left.whenTrue.filter((path) => right.whenTrue.includes(path)),
        whenFalse: [...left.whenFalse, ...right.whenFalse],
      };
    case '!=':
      compareWords(left, right, at, review);
      return NOTHING;
    default:
      // Nothing compares, equals or contains when one side is absent.
      compareWords(left, right, at, review);
      return { whenTrue: [left.path, right.path].filter((path) => path !== undefined), whenFalse: [] };
  }
}

function compareWords(left: Operand, right: Operand, at: Token, review: Review): void {
  const words = left.shape && wordsOf(left.shape);
  const { literal } = right;
  if (words && typeof literal === 'string' && !words.includes(literal)) {
    review.report(rowOf(at), `${left.path} is never '${literal}', only ${words.join(', ')}`);
  }
}

function operand(token: Token, scope: Scope, review: Review, guarded: boolean): Operand {
  if (TypeGuards.isQuotedToken(token)) return { ...NOTHING, shape: z.string(), literal: token.content };
  if (TypeGuards.isNumberToken(token)) return { ...NOTHING, shape: z.number(), literal: token.content };
  if (TypeGuards.isLiteralToken(token) && typeof token.content !== 'boolean') {
    report(token, 'is not supported: ask with if, unless or .size', review);
  }
  if (!TypeGuards.isPropertyAccessToken(token)) return NOTHING;
  const path = token.props.map((prop) => ('content' in prop ? String(prop.content) : ''));
  if (token.variable || path.includes('')) {
    report(token, 'is not supported: name the variable by its path', review);
    return NOTHING;
  }
  review.use(path[0]!);
  const found = follow(path, scope);
  if (!found.ok) {
    report(token, `: ${found.problem}`, review);
    return NOTHING;
  }
  if (found.absent && !guarded) {
    report(token, `may be absent: ${found.absent} is optional, guard it with if or default`, review);
  }
  const name = path.join('.');
  return { shape: found.shape, path: name, whenTrue: [name], whenFalse: [] };
}

function report(at: Token | undefined, problem: string, review: Review): void {
  const text = at?.getText() ?? 'this';
  review.report(rowOf(at), problem.startsWith(':') ? `${text}${problem}` : `${text} ${problem}`);
}

function rowOf(token: Token | undefined): number {
  return token?.getPosition()[0] ?? 1;
}
