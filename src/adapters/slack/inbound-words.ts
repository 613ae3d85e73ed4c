import type { Catalogue } from '../../app/ports/catalogue.ts';
import type { Message } from '../../core/message/message.ts';
import { type RefusalCode, refuse } from '../../core/shared/refusal.ts';

/** What people are told before, or instead of, an answer of Lifeboat's own. */
export interface InboundWords {
  /** Shown when the answer takes longer than Slack waits. */
  working(command: string): Message;
  unknownWorkspace(): Message;
  notConnected(): Message;
  /** Slack allows a form for three seconds after the click. */
  formTooLate(): Message;
  unreadableButton(): Message;
  /** Something is wrong with what was entered, and the form is gone. */
  invalid(problems: string[]): Message;
}

export function createInboundWords(catalogue: Pick<Catalogue, 'render' | 'refusal'>): InboundWords {
  const refusal = (code: RefusalCode, detail: Record<string, string> = {}) =>
    catalogue.render('refusal', catalogue.refusal(refuse(code, detail)));
  return {
    working: (command) => catalogue.render('working', { command }),
    unknownWorkspace: () => refusal('workspace.unknown'),
    notConnected: () => refusal('workspace.not_connected'),
    formTooLate: () => refusal('form.too_late'),
    unreadableButton: () => refusal('button.unknown'),
    invalid: (problems) => refusal('form.wrong', { problems: problems.join(' ') }),
  };
}
