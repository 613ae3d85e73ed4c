import type { JsonObject, SlackView } from '../slack/types.ts';
import type { Session } from './session.ts';
import { plainText, showBlocks } from './show-message.ts';
import { indent } from './text-layout.ts';

/** Whether a window has fields to fill in, as opposed to one that only tells something. */
export function isForm(view: SlackView): boolean {
  return view.blocks.some((block) => block.type === 'input');
}

/** Prints a window or the Home tab, without the fields that are asked for one by one. */
export function printView(session: Session, view: SlackView): void {
  const { screen } = session;
  const place = { kind: 'view' as const, viewId: view.id };
  const numberOf = (element: JsonObject, label: string) =>
    session.targets.add({ person: session.me, place, element, label });
  const blocks = view.blocks.filter((block) => block.type !== 'input');
  const title = view.title?.text ?? 'Home';
  const text = showBlocks(session, { blocks }, isForm(view) ? () => 0 : numberOf);
  screen.print(`${screen.style.bold(`┌ ${title}`)}${text === '' ? '' : `\n${indent(text, 2)}`}`);
}

/** All of a window as text; what `expect` reads. */
export function viewText(session: Session, view: SlackView): string {
  return `${view.title?.text ?? ''}\n${plainText(session, { blocks: view.blocks })}`;
}
