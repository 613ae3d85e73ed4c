import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Cast, castOf } from './cast.ts';
import { type AppManifest, readManifest } from './manifest.ts';
import { type PagerAccount, pagerAccountOf } from './pager-account.ts';
import { type ProfileWorld, readProfileWorld } from './profile-world.ts';
import { withStatusPace } from './status-pace.ts';

/** What is read before anything is started. */
export interface World {
  profile: ProfileWorld;
  /** What the bot gets as LIFEBOAT_PROFILE. */
  profilePath: string;
  cast: Cast;
  account: PagerAccount;
  manifest: AppManifest;
  slackToken: string;
  signingSecret: string;
}

/** Reads the profile and the app's manifest, and derives from them who and what there is. */
export async function readWorld(options: {
  root: string;
  dir: string;
  profile: string;
  statusEvery?: string;
}): Promise<World> {
  const { root, dir, profile: wanted, statusEvery } = options;
  const folder = path.join(root, 'templates', 'profiles');
  const isPath = /[/\\]|\.ya?ml$/.test(wanted);
  const original = isPath ? path.resolve(wanted) : path.join(folder, `${wanted}.yaml`);
  const example = await readFile(path.join(folder, 'example.yaml'), 'utf8');
  const text = await readFile(original, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`the profile ${original} cannot be read (${cause.code})`, { cause });
  });
  let profilePath = original;
  if (statusEvery !== undefined) {
    profilePath = path.join(dir, 'profile.yaml');
    await mkdir(dir, { recursive: true });
    await writeFile(profilePath, withStatusPace(text, statusEvery, example));
  }
  const profile = readProfileWorld(text);
  const cast = castOf(profile, readProfileWorld(example));
  return {
    profile,
    profilePath,
    cast,
    account: pagerAccountOf(profile, cast.members),
    manifest: await readManifest(path.join(root, 'manifest.yml')),
    slackToken: `xoxb-sandbox-${randomBytes(12).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
  };
}
