import type { z } from 'zod';
import { FORM_FIELDS, FORM_OPTIONS, isFormId } from '../../core/message/forms.ts';
import type { FormWords, Message } from '../../core/message/message.ts';
import { MESSAGES, type MessageId } from '../../core/message/messages.ts';
import { compileBlocks } from './compile-blocks.ts';
import type { Compiler, Context, Variables, Words } from './compiler.ts';
import { MessageFile, type MessageText } from './message-format.ts';
import type { Scope } from './shapes.ts';
import { tidyLine } from './tidy.ts';

export type CompiledMessage =
  | { kind: 'message'; render(variables: Variables): Message }
  | { kind: 'form'; render(variables: Variables): FormWords };

/** The schema of one message's file: its format, its variables, its templates; all faults have a line. */
export function messageFile(id: MessageId, compiler: Compiler) {
  return MessageFile.transform((file, issues): CompiledMessage => {
    const report: Context['report'] = (path, message) => {
      issues.addIssue({ code: 'custom', path, message, input: file });
    };
    const used = new Set<string>();
    const context: Context = { name: `message ${id}`, report, use: (name) => used.add(name) };
    if (file.id !== id) report(['id'], `the file is named ${id}, but its id is ${file.id}`);
    const scope = declaredScope(file, id, report);
    const compiled = file.form
      ? compileForm(id, file.form, scope, compiler, context)
      : compileText(id, file, scope, compiler, context);
    for (const [index, name] of file.variables.entries()) {
      if (scope.names.has(name) && !used.has(name))
        report(['variables', index], `${name} is declared but not used`);
    }
    return compiled;
  });
}

function declaredScope(file: MessageText, id: MessageId, report: Context['report']): Scope {
  const shape: Record<string, z.ZodType> = MESSAGES[id].shape;
  const names = new Map<string, z.ZodType>();
  for (const [index, name] of file.variables.entries()) {
    const found = shape[name];
    if (found) names.set(name, found);
    else report(['variables', index], `${id} is given no ${name}, only ${Object.keys(shape).join(', ')}`);
  }
  return { names, present: new Set() };
}

function compileText(
  id: MessageId,
  file: MessageText,
  scope: Scope,
  compiler: Compiler,
  context: Context,
): CompiledMessage {
  if (isFormId(id)) context.report(['text'], `${id} is a form: write form instead of text and blocks`);
  const text = compiler.words(file.text ?? '', 'plain', { path: ['text'], scope }, context);
  const blocks = compileBlocks(file.blocks, { path: ['blocks'], scope }, compiler, context);
  return {
    kind: 'message',
    render: (variables) => ({ text: tidyLine(text(variables)), blocks: blocks(variables) }),
  };
}

function compileForm(
  id: MessageId,
  form: NonNullable<MessageText['form']>,
  scope: Scope,
  compiler: Compiler,
  context: Context,
): CompiledMessage {
  checkFields(id, Object.keys(form.fields), context);
  checkOptions(id, form.fields, context);
  const words = (source: string, ...keys: string[]): Words => {
    const compiled = compiler.words(source, 'plain', { path: ['form', ...keys], scope }, context);
    return (variables) => tidyLine(compiled(variables));
  };
  const title = words(form.title, 'title');
  const submit = words(form.submit, 'submit');
  const close = words(form.close, 'close');
  const intro = compileBlocks(form.intro, { path: ['form', 'intro'], scope }, compiler, context);
  const fields = Object.entries(form.fields).map(([name, { label, hint, placeholder, options }]) => ({
    options,
    name,
    label: words(label, 'fields', name, 'label'),
    hint: hint === undefined ? undefined : words(hint, 'fields', name, 'hint'),
    placeholder: placeholder === undefined ? undefined : words(placeholder, 'fields', name, 'placeholder'),
  }));
  return {
    kind: 'form',
    render: (variables) => ({
      title: title(variables),
      submit: submit(variables),
      close: close(variables),
      intro: intro(variables),
      fields: Object.fromEntries(
        fields.map(({ name, label, hint, placeholder, options }) => [
          name,
          {
            label: label(variables),
            ...(hint ? { hint: hint(variables) } : {}),
            ...(placeholder ? { placeholder: placeholder(variables) } : {}),
            ...(options ? { options } : {}),
          },
        ]),
      ),
    }),
  };
}

/** Choices are named in plain words, one for each. */
function checkOptions(
  id: MessageId,
  fields: NonNullable<MessageText['form']>['fields'],
  context: Context,
): void {
  const wanted = isFormId(id) ? (FORM_OPTIONS[id] ?? {}) : {};
  for (const [name, { options = {} }] of Object.entries(fields)) {
    const values = wanted[name] ?? [];
    for (const value of values) {
      if (options[value] === undefined)
        context.report(['form', 'fields', name], `there are no words for the choice ${value}`);
    }
    for (const value of Object.keys(options)) {
      if (!values.includes(value))
        context.report(['form', 'fields', name, 'options', value], `${name} has no choice ${value}`);
    }
  }
}

function checkFields(id: MessageId, given: string[], context: Context): void {
  if (!isFormId(id)) {
    context.report(['form'], `${id} is not a form: write text and blocks`);
    return;
  }
  const wanted: readonly string[] = FORM_FIELDS[id];
  for (const name of wanted) {
    if (!given.includes(name)) context.report(['form', 'fields'], `there are no words for the field ${name}`);
  }
  for (const name of given) {
    if (!wanted.includes(name)) context.report(['form', 'fields', name], `${id} has no field ${name}`);
  }
}
