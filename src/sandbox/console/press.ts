import type { JsonObject } from '../slack/types.ts';
import { ConsoleError, type Session } from './session.ts';
import type { Target } from './targets.ts';

interface Confirmation {
  title?: { text: string };
  text?: { text: string };
  confirm?: { text: string };
  deny?: { text: string };
}

/** Presses a button, or chooses from a menu; asks first where the button does. @throws ConsoleError if it is gone. */
export async function pressTarget(session: Session, target: Target, choice: string): Promise<void> {
  const { screen, sandbox, me } = session;
  const { element, place, label } = target;
  const selected = element.type === 'button' ? undefined : await choose(session, element, choice);
  if (selected === '') return;
  const confirmation = element.confirm as Confirmation | undefined;
  if (confirmation && !(await isConfirmed(session, confirmation))) {
    screen.print(screen.style.dim('  (not pressed)'));
    return;
  }
  const query = {
    actionId: String(element.action_id),
    ...(element.value === undefined ? {} : { value: String(element.value) }),
    ...(selected === undefined ? {} : { selected }),
    ...(place.kind === 'message' ? { channel: place.channel, ts: place.ts } : {}),
  };
  // The failure of a click is told by Slackbot, in private.
  await sandbox.workspace.click(me, query).catch((error: Error) => {
    throw new ConsoleError(
      `"${label}" cannot be pressed any more: ${error.message}. "open" shows what is there now.`,
    );
  });
  if (typeof element.url === 'string')
    screen.print(screen.style.dim(`  (a browser would open ${element.url})`));
}

async function isConfirmed(session: Session, confirmation: Confirmation): Promise<boolean> {
  const { screen, input } = session;
  const { title, text, confirm, deny } = confirmation;
  screen.print(`  ${screen.style.bold(title?.text ?? 'Are you sure?')}\n  ${text?.text ?? ''}`);
  const yes = confirm?.text ?? 'Yes';
  const answer = (await input.ask(`  ${yes} (y) or ${deny?.text ?? 'No'} (n)?`)) ?? '';
  return ['y', 'yes', yes.toLowerCase()].includes(answer.trim().toLowerCase());
}

interface Option {
  text: { text: string };
  value: string;
}

/** The value chosen from a menu; empty when nothing was. */
async function choose({ screen, input }: Session, element: JsonObject, choice: string): Promise<string> {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = (element.options as Option[] | undefined) ?? groups.flatMap((group) => group.options);
  let typed = choice;
  if (typed === '') {
    screen.print(options.map(({ text }, index) => `    ${index + 1}. ${text.text}`).join('\n'));
    typed = (await input.ask('  which?'))?.trim() ?? '';
  }
  if (typed === '' || options.length === 0) return typed;
  const wanted = typed.toLowerCase();
  const found =
    (/^\d+$/.test(typed) ? options[Number(typed) - 1] : undefined) ??
    options.find(({ text, value }) => value === typed || text.text.toLowerCase().startsWith(wanted));
  if (!found)
    throw new ConsoleError(`"${typed}" is not among ${options.map(({ text }) => text.text).join(', ')}.`);
  return found.value;
}
