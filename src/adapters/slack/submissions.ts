import { z } from 'zod';
import type { Answer } from '../../chatops/port.ts';
import type { Message } from '../../core/message/message.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import { admission, type InboundDeps, inTime, type Request } from './answering.ts';
import { asScreen, type Courier, type Shown, viewOf, type WayBack } from './deliver.ts';
import { accountOf, originOfInteraction, type SubmissionPayload } from './payloads.ts';
import { readForm } from './render-form.ts';

/** What a form carries unseen. */
const FormMetadata = z.object({
  context: z.record(z.string(), z.string()),
  /** Where the person opened it. */
  channel: z.string().optional(),
});
type FormMetadata = z.infer<typeof FormMetadata>;

/** Handles a form that was sent: the form itself shows what becomes of it. */
export async function handleSubmission(
  deps: InboundDeps,
  payload: SubmissionPayload,
  request: Request,
): Promise<void> {
  const { view, user } = payload;
  const admitted = admission(deps, originOfInteraction(payload));
  if ('refusal' in admitted) {
    await request.ack(updateWith({ kind: 'screen', screen: asScreen(admitted.refusal) }, {}));
    return;
  }
  const { context, channel } = metadataOf(view.private_metadata);
  const way: WayBack = { userId: user.id, ...(channel ? { channelId: channel } : {}) };
  const answering = deps.chatops.submit({
    account: accountOf(payload, admitted.us),
    ...(channel ? { channelId: channel } : {}),
    key: `slack:view:${view.id}:${view.hash}`,
    intent: view.callback_id,
    values: readForm(view),
    context,
    screenId: view.id,
  });
  const answer = await inTime(deps, answering);
  if (answer !== 'late') return answerInTime(deps, request, view, way, answer.value);
  const working = asScreen(deps.words.working(view.callback_id));
  await request.ack(updateWith({ kind: 'screen', screen: working }, way));
  return answerLate(deps, view.id, way, await answering);
}

async function answerInTime(
  deps: InboundDeps,
  request: Request,
  view: SubmissionPayload['view'],
  way: WayBack,
  answer: Answer,
): Promise<void> {
  switch (answer.kind) {
    case 'message':
      await request.ack({ response_action: 'clear' });
      return deps.courier.tell(way, answer.message);
    case 'invalid': {
      const errors = onFields(answer.fields, Object.keys(view.state.values));
      await request.ack({ response_action: 'errors', errors });
      return;
    }
    case 'form':
    case 'screen':
      await request.ack(updateWith(answer, way));
      return;
    default:
      return assertNever(answer);
  }
}

/** The form shows by now that Lifeboat is at work; what stood in it cannot be brought back. */
async function answerLate(deps: InboundDeps, viewId: string, way: WayBack, answer: Answer): Promise<void> {
  const { courier, words } = deps;
  switch (answer.kind) {
    case 'message':
      return showOrTell(courier, viewId, way, answer.message);
    case 'invalid':
      return showOrTell(courier, viewId, way, words.invalid(Object.values(answer.fields)));
    case 'screen':
      if (await courier.show(viewId, way, answer)) return;
      return courier.tell(way, answer.screen.message);
    case 'form':
      if (await courier.show(viewId, way, answer)) return;
      return courier.tell(way, words.formTooLate());
    default:
      return assertNever(answer);
  }
}

async function showOrTell(courier: Courier, viewId: string, way: WayBack, message: Message): Promise<void> {
  if (await courier.show(viewId, way, { kind: 'screen', screen: asScreen(message) })) return;
  return courier.tell(way, message);
}

function updateWith(shown: Shown, way: { channelId?: string }) {
  return { response_action: 'update', view: viewOf(shown, way.channelId) };
}

/** Slack takes faults of fields that are there, and only those; the others go to the first one. */
function onFields(problems: Record<string, string>, fields: string[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [field, problem] of Object.entries(problems)) {
    const place = fields.includes(field) ? field : fields[0];
    if (place === undefined) continue;
    errors[place] = errors[place] ? `${errors[place]} ${problem}` : problem;
  }
  return errors;
}

/** Forms of an earlier version may be open still: whatever is there counts. */
function metadataOf(text: string): FormMetadata {
  try {
    return FormMetadata.parse(JSON.parse(text));
  } catch {
    return { context: {} };
  }
}
