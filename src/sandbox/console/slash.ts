import { ConsoleError, type Session } from './session.ts';

/** Types a slash command in the open channel, as Slack's client sends it. */
export async function typeSlash(session: Session, line: string): Promise<void> {
  const { sandbox, me, channel } = session;
  const name = /^\S+/.exec(line)?.[0] ?? line;
  const known = sandbox.manifest.features.slash_commands;
  const command = known.find((one) => one.command === name);
  if (!command) {
    const names = known.map((one) => one.command).join(', ');
    throw new ConsoleError(
      `${name} is not a valid command. The app has ${names}; "help" lists what this console knows.`,
    );
  }
  const typed = line.slice(name.length).trim();
  const text = command.should_escape ? escaped(session, typed) : typed;
  await sandbox.workspace.command(me, text, { channel, command: name });
}

/** What Slack makes of typed text: mentions become ids, and the three characters of its markup entities. */
function escaped({ sandbox }: Session, typed: string): string {
  const { cast, workspace } = sandbox;
  const text = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const withPeople = text.replace(/(?<![\w@])@([\w.-]+)/g, (all, handle: string) => {
    const person = cast.members.find((one) => one.handle === handle);
    if (person) return `<@${person.slackId}|${handle}>`;
    const group = cast.workspace.userGroups.find((one) => one.handle === handle);
    return group ? `<!subteam^${workspace.userGroupId(handle)}|@${handle}>` : all;
  });
  return withPeople.replace(/(?<![\w#&])#([\w-]+)/g, (all, name: string) => {
    const found = workspace.channels().find((one) => one.name === name);
    return found ? `<#${found.id}|${name}>` : all;
  });
}
