import { INTENTS } from '../../core/message/intents.ts';
import type { Block, Button } from '../../core/message/message.ts';
import { nearestWord } from '../../lib/load-yaml.ts';
import type { Compiler, Context, Variables, Words } from './compiler.ts';
import type { BlockText, ButtonText } from './message-format.ts';
import { elementOf, follow, type Scope, withName, withPresent } from './shapes.ts';
import { tidyLine, tidyLines } from './tidy.ts';

/** What one part of a template becomes: nothing, one thing, or one for each element of a list. */
export type Parts<T> = (variables: Variables) => T[];

interface At {
  path: PropertyKey[];
  scope: Scope;
}

interface Shown {
  when?: string | undefined;
  forEach?: { as: string; in: string; limit?: number | undefined } | undefined;
}

export function compileBlocks(
  blocks: BlockText[],
  at: At,
  compiler: Compiler,
  context: Context,
): Parts<Block> {
  const compiled = blocks.map((block, index) => {
    const here = { path: [...at.path, index], scope: at.scope };
    return shownParts(block, here, compiler, context, (inner) => blockOf(block, inner, compiler, context));
  });
  return (variables) => compiled.flatMap((parts) => parts(variables));
}

function blockOf(block: BlockText, at: At, compiler: Compiler, context: Context): Parts<Block> {
  const words = (source: string, place: 'rich' | 'plain', key: string) =>
    compiler.words(source, place, { ...at, path: [...at.path, key] }, context);
  if (block.title !== undefined) {
    const text = words(block.title, 'plain', 'title');
    return (variables) => withText('title', tidyLine(text(variables)));
  }
  if (block.text !== undefined) {
    const text = words(block.text, 'rich', 'text');
    const keep = block.keep ? { keep: block.keep } : {};
    return (variables) => withText('text', tidyLines(text(variables))).map((one) => ({ ...one, ...keep }));
  }
  if (block.note !== undefined) {
    const text = words(block.note, 'rich', 'note');
    return (variables) => withText('note', tidyLines(text(variables)));
  }
  if (block.facts) return factsOf(block.facts, at, compiler, context);
  if (block.buttons) return buttonsOf(block.buttons, at, compiler, context);
  return () => [{ kind: 'divider' }];
}

function withText(kind: 'title' | 'text' | 'note', text: string): Block[] {
  return text === '' ? [] : [{ kind, text }];
}

function factsOf(
  facts: NonNullable<BlockText['facts']>,
  at: At,
  compiler: Compiler,
  context: Context,
): Parts<Block> {
  const compiled = facts.map((fact, index) => {
    const here = { path: [...at.path, 'facts', index], scope: at.scope };
    return shownParts(fact, here, compiler, context, ({ path, scope }) => {
      const label = compiler.words(fact.label, 'plain', { path: [...path, 'label'], scope }, context);
      const value = compiler.words(fact.value, 'rich', { path: [...path, 'value'], scope }, context);
      return (variables) => {
        const shown = tidyLines(value(variables));
        return shown === '' ? [] : [{ label: tidyLine(label(variables)), value: shown }];
      };
    });
  });
  return (variables) => {
    const shown = compiled.flatMap((parts) => parts(variables));
    return shown.length === 0 ? [] : [{ kind: 'facts', facts: shown }];
  };
}

function buttonsOf(buttons: ButtonText[], at: At, compiler: Compiler, context: Context): Parts<Block> {
  const compiled = buttons.map((button, index) => {
    const here = { path: [...at.path, 'buttons', index], scope: at.scope };
    return shownParts(button, here, compiler, context, (inner) => buttonOf(button, inner, compiler, context));
  });
  return (variables) => {
    const shown = compiled.flatMap((parts) => parts(variables));
    return shown.length === 0 ? [] : [{ kind: 'buttons', buttons: shown }];
  };
}

function buttonOf(button: ButtonText, at: At, compiler: Compiler, context: Context): Parts<Button> {
  checkIntent(button, at.path, context);
  const plain = (source: string, ...keys: string[]) =>
    line(compiler.words(source, 'plain', { ...at, path: [...at.path, ...keys] }, context));
  const data = (source: string, ...keys: string[]) =>
    compiler.words(source, 'data', { ...at, path: [...at.path, ...keys] }, context);
  const label = plain(button.label, 'label');
  const value = Object.entries(button.value).map(
    ([key, source]) => [key, data(source, 'value', key)] as const,
  );
  const describe = button.describe === undefined ? undefined : plain(button.describe, 'describe');
  const url = button.url === undefined ? undefined : data(button.url, 'url');
  const confirm = button.confirm && {
    title: plain(button.confirm.title, 'confirm', 'title'),
    text: plain(button.confirm.text, 'confirm', 'text'),
    confirm: plain(button.confirm.confirm, 'confirm', 'confirm'),
    deny: plain(button.confirm.deny, 'confirm', 'deny'),
  };
  return (variables) => [
    {
      label: label(variables),
      intent: button.intent,
      value: Object.fromEntries(value.map(([key, words]) => [key, words(variables)])),
      ...(button.style ? { style: button.style } : {}),
      ...(confirm
        ? {
            confirm: {
              title: confirm.title(variables),
              text: confirm.text(variables),
              confirm: confirm.confirm(variables),
              deny: confirm.deny(variables),
            },
          }
        : {}),
      ...(url ? { url: url(variables) } : {}),
      ...(describe ? { describe: describe(variables) } : {}),
    },
  ];
}

function line(words: Words): Words {
  return (variables) => tidyLine(words(variables));
}

function checkIntent(button: ButtonText, path: PropertyKey[], context: Context): void {
  const intents: Record<string, readonly string[]> = INTENTS;
  const wanted = intents[button.intent];
  if (!wanted) {
    const near = nearestWord(button.intent, Object.keys(intents));
    context.report(
      [...path, 'intent'],
      `there is no intent ${button.intent}${near ? `; did you mean ${near}?` : ''}`,
    );
    return;
  }
  const given = Object.keys(button.value);
  for (const key of wanted) {
    if (!given.includes(key)) context.report([...path, 'value'], `${button.intent} needs the value ${key}`);
  }
  for (const key of given) {
    if (!wanted.includes(key)) context.report([...path, 'value', key], `${button.intent} takes no ${key}`);
  }
}

/** Wraps a part in its `forEach` and its `when`. */
function shownParts<T>(
  shown: Shown,
  at: At,
  compiler: Compiler,
  context: Context,
  build: (at: At) => Parts<T>,
): Parts<T> {
  const { forEach } = shown;
  if (!forEach) return guarded(shown.when, at, compiler, context, build);
  const path = forEach.in.split('.');
  context.use(path[0]!);
  const found = follow(path, at.scope);
  const element = found.ok ? elementOf(found.shape) : undefined;
  if (!found.ok) context.report([...at.path, 'forEach', 'in'], found.problem);
  else if (!element) context.report([...at.path, 'forEach', 'in'], `${forEach.in} is not a list`);
  else if (found.absent) context.report([...at.path, 'forEach', 'in'], `${found.absent} may be absent`);
  const scope = element ? withName(at.scope, forEach.as, element) : at.scope;
  const parts = guarded(shown.when, { path: at.path, scope }, compiler, context, build);
  return (variables) =>
    listAt(path, variables)
      .slice(0, forEach.limit)
      .flatMap((one) => parts({ ...variables, [forEach.as]: one }));
}

function guarded<T>(
  when: string | undefined,
  at: At,
  compiler: Compiler,
  context: Context,
  build: (at: At) => Parts<T>,
): Parts<T> {
  if (when === undefined) return build(at);
  const { holds, facts } = compiler.condition(when, { ...at, path: [...at.path, 'when'] }, context);
  const parts = build({ path: at.path, scope: withPresent(at.scope, facts.whenTrue) });
  return (variables) => (holds(variables) ? parts(variables) : []);
}

function listAt(path: readonly string[], variables: Variables): unknown[] {
  let value: unknown = variables;
  for (const part of path) value = (value as Variables | undefined)?.[part];
  return Array.isArray(value) ? value : [];
}
