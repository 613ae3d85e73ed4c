import type { Sandbox } from './compose-sandbox.ts';
import type { Style } from './console/style.ts';

/** The first screen: what this is, who one is, what to try. */
export function welcome(sandbox: Sandbox, me: string, style: Style, keep: boolean): string {
  const { cast, startedInMs, botUrl, profile } = sandbox;
  const member = cast.members.find(({ handle }) => handle === me);
  const page = profile.pagerduty.services[0]?.name.split(' ').at(-1)?.toLowerCase();
  const other = cast.members.find(({ groups }) => groups.includes('dr-commanders')) ?? cast.members[1];
  const seconds = (startedInMs / 1000).toFixed(1);
  const record = keep
    ? 'The record of the last sandbox goes on; Slack is new, so the channels of its incidents are gone from here.'
    : 'Everything is fresh; --keep goes on with the record of the last sandbox.';
  return [
    `${style.bold('Lifeboat sandbox')}: a Slack workspace, a PagerDuty and the real bot, all on this machine.`,
    `You are ${style.name(me)}${member?.title ? ` (${member.title})` : ''} in #general. ${record}`,
    'Try first:',
    `  ${style.bold('/dr declare sev1 us-east-1 is gone'.padEnd(38))}declare a disaster, then read its channel: ${style.bold('open us-east-1')}`,
    `  ${style.bold(`as ${other?.handle ?? me}`.padEnd(38))}be somebody else and press a button by its number: ${style.bold('press 1')}`,
    ...(page
      ? [`  ${style.bold(`page ${page} Gateway does not answer`.padEnd(38))}let PagerDuty raise an alert`]
      : []),
    `${style.bold('help')} lists the rest, ${style.bold('quit')} stops everything. ${style.dim(`Bot at ${botUrl}, ready in ${seconds} s.`)}`,
  ].join('\n');
}
