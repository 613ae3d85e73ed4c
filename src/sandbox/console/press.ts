import { elementsOf } from '../slack/block-kit.ts';
import { blocksOf } from '../slack/find-element.ts';
import type { JsonObject } from '../slack/types.ts';
import { labelOf } from './numbered.ts';
import { ConsoleError, type Session } from './session.ts';
import { messagesSeen } from './show-channel.ts';
import { bodyOf, DIRECT } from './show-message.ts';
import { byLabel, type Place, type Target } from './targets.ts';

interface Confirmation {
  title?: { text: string };
  text?: { text: string };
  confirm?: { text: string };
  deny?: { text: string };
}

/** What carries a label: of what was shown, else of the open channel as it is now. */
export function findByLabel(session: Session, label: string): Target | undefined {
  const shown = byLabel(session.targets.of(session.me), label);
  if (shown && presentElement(session, shown)) return shown;
  for (const message of messagesSeen(session, session.channel)) bodyOf(session, session.channel, message);
  return byLabel(session.targets.of(session.me), label);
}

/** The element as it is now; undefined when the message or window no longer has it. */
function presentElement(session: Session, { place, element, label }: Target): JsonObject | undefined {
  const present = blocksAt(session, place).flatMap(elementsOf);
  return (
    present.find((one) => one.action_id === element.action_id && one.value === element.value) ??
    present.find((one) => labelOf(one) === label)
  );
}

function blocksAt(session: Session, place: Place): JsonObject[] {
  const { workspace } = session.sandbox;
  if (place.kind === 'view') {
    const views = [workspace.modal(session.me), workspace.home(session.me)];
    return views.find((view) => view?.id === place.viewId)?.blocks ?? [];
  }
  const messages =
    place.channel === DIRECT ? workspace.dms(session.me) : messagesSeen(session, place.channel);
  const message = messages.find(({ ts }) => ts === place.ts);
  return message ? blocksOf(message) : [];
}

/** Presses a button, or chooses from a menu; asks first where the button does. @throws ConsoleError if it is gone. */
export async function pressTarget(session: Session, target: Target, choice: string): Promise<void> {
  const { screen, sandbox, me } = session;
  const { place, label } = target;
  const element = presentElement(session, target);
  if (!element) throw new ConsoleError(`"${label}" is no longer there. "open" shows what there is now.`);
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
  await sandbox.workspace.click(me, query);
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
