import type { SubmitResult } from '../slack/submissions.ts';
import type { SlackView } from '../slack/types.ts';
import type { Given } from '../slack/view-state.ts';
import { type FormField, fieldsOf } from './form-fields.ts';
import { type Finder, readAnswer } from './read-answer.ts';
import { ConsoleError, type Session } from './session.ts';
import { isForm, printView } from './show-view.ts';

const HINT =
  'Enter keeps what stands in brackets, - empties a field, "submit" sends at once, "cancel" closes.';

type Values = Record<string, Given>;

/**
 * Asks for the fields of the window on top, one by one, and submits it; faults are shown at their fields,
 * which are asked for again. Returns when the window is closed or has become one that only tells something.
 */
export async function fillForm(session: Session): Promise<void> {
  const { sandbox, screen, me } = session;
  const { workspace } = sandbox;
  let view = workspace.modal(me);
  if (!view || !isForm(view)) throw new ConsoleError(`No form is open for ${me}.`);
  printView(session, view);
  if (session.input.isInteractive) screen.print(screen.style.dim(`  ${HINT}`));
  let asked = fieldsOf(view);
  for (;;) {
    const values = await askFields(session, asked);
    if (values === 'cancel') {
      await workspace.closeView(me);
      screen.print(screen.style.dim('  (closed; nothing was sent)'));
      return;
    }
    const result = await workspace.submitView(me, values);
    const next = await afterSubmit(session, result);
    if (next === 'done') return;
    if (next === 'another') return fillForm(session);
    view = workspace.modal(me) as SlackView;
    asked = fieldsOf(view).filter(({ blockId }) => next.has(blockId));
  }
}

/** `done`, `another` form, or the fields that are at fault. */
async function afterSubmit(
  session: Session,
  result: SubmitResult,
): Promise<'done' | 'another' | Set<string>> {
  const { screen, sandbox, me } = session;
  switch (result.outcome) {
    case 'errors':
    case 'blocked':
      for (const [blockId, problem] of Object.entries(result.errors ?? {})) {
        const field = result.view && fieldsOf(result.view).find((one) => one.blockId === blockId);
        screen.print(screen.style.bad(`  ✗ ${field?.label ?? blockId}: ${problem}`));
      }
      return new Set(Object.keys(result.errors ?? {}));
    case 'failed':
      session.setAside = sandbox.workspace.modal(me)?.id;
      throw new ConsoleError(
        `Slack says: "We had some trouble connecting. Try again?" (${result.failure}). "form" goes on with it.`,
      );
    default:
      // What only tells something was shown when it came.
      return result.view && isForm(result.view) ? 'another' : 'done';
  }
}

async function askFields(session: Session, fields: readonly FormField[]): Promise<Values | 'cancel'> {
  const values: Values = {};
  for (const field of fields) {
    const given = await askField(session, field);
    if (given === 'cancel') return 'cancel';
    if (given === 'submit') return values;
    if (given.kind === 'value') values[field.blockId] = given.value;
  }
  return values;
}

async function askField(session: Session, field: FormField) {
  const { screen, input } = session;
  screen.print(describeField(session, field));
  const question = `  ${screen.style.button('?')}`;
  for (;;) {
    const typed = await input.ask(question);
    if (typed === undefined || typed.trim() === 'cancel') return 'cancel';
    if (typed.trim() === 'submit') return 'submit';
    const answer = readAnswer(field, typed, finderOf(session));
    if (answer.kind !== 'problem') return answer;
    if (!input.isInteractive) throw new ConsoleError(`${field.label}: ${answer.problem}`);
    screen.print(screen.style.bad(`  ✗ ${answer.problem}`));
  }
}

function describeField(session: Session, field: FormField): string {
  const { input, screen } = session;
  const { style } = screen;
  const current = currentText(session, field);
  const lines = [
    `  ${style.bold(field.label)}${field.isOptional ? ' (optional)' : ''}${current === '' ? '' : ` [${current}]`}`,
  ];
  if (field.hint) lines.push(style.dim(`    ${field.hint}`));
  for (const [index, { label, description }] of field.choices.entries()) {
    lines.push(`    ${index + 1}. ${label}${description ? `: ${description}` : ''}`);
  }
  if (input.isInteractive && field.kind === 'many')
    lines.push(style.dim('    (numbers with commas between them)'));
  if (input.isInteractive && field.kind === 'lines') lines.push(style.dim('    (\\n begins a new line)'));
  return lines.join('\n');
}

function currentText({ sandbox }: Session, field: FormField): string {
  const labels = field.current.map(
    (value) =>
      field.choices.find((one) => one.value === value)?.label ??
      sandbox.cast.members.find(({ slackId }) => slackId === value)?.handle ??
      value,
  );
  return labels.join(', ');
}

function finderOf({ sandbox }: Session): Finder {
  const { members } = sandbox.cast;
  return {
    person: (name) =>
      members.find(({ handle, slackId }) => [handle, slackId.toLowerCase()].includes(name.toLowerCase()))
        ?.slackId,
    channel: (name) => sandbox.workspace.channel(name)?.id,
  };
}
