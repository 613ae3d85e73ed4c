import { describe, expect, test } from '@jest/globals';
import { lostAnswer, rateLimited, refusedFor } from '../../fakes/outages.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import { aPerson, aPolicy } from '../../fixtures/incidents.ts';

const policy = aPolicy({ ladder: [], inviteRoles: [], pager: { page: false, notes: false } });

async function opened(options: { policy?: World['policy'] } = { policy }) {
  const world = await createWorld(options);
  const id = await world.declare();
  await world.run();
  const members = () => world.chat.channel(name).members;
  const name = (await world.state(id)).channel?.name as string;
  return { world, id, members };
}

async function lastOf(world: World, id: Parameters<World['state']>[0], type: string) {
  return (await world.memory.store.events(id)).filter((event) => event.type === type).at(-1);
}

describe('inviting', () => {
  test('brings in people and everybody of a role, each once, and records who came', async () => {
    const { world, id, members } = await opened();

    await world.invite({ incidentId: id, roles: ['on-call', 'cto'], people: [aPerson('ben')], key: 'k' });

    expect(members()).toEqual(['UAMARA', 'UBEN', 'UELIF']);
    expect(await lastOf(world, id, 'people_invited')).toMatchObject({
      data: { people: [aPerson('ben'), aPerson('elif')], failed: [], asked: 'on-call, cto' },
    });
    expect((await world.state(id)).people.map((person) => person.id)).toEqual(['amara', 'ben', 'elif']);
  });

  test('one bad account never stops the others, and is named', async () => {
    const { world, id, members } = await opened();
    world.chat.uninvitable.set('UBEN', 'user_is_restricted');

    await world.invite({
      incidentId: id,
      roles: [],
      people: [aPerson('ben'), aPerson('dana'), aPerson('gus', { slack: undefined })],
      key: 'k',
    });

    expect(members()).toEqual(['UAMARA', 'UDANA']);
    expect(await lastOf(world, id, 'people_invited')).toMatchObject({
      data: {
        people: [aPerson('dana')],
        failed: [
          { name: 'Ben', why: 'user_is_restricted' },
          { name: 'Gus', why: 'no_slack_account' },
        ],
      },
    });
    await world.run();
    expect(world.chat.said((await world.state(id)).channel?.id as string)).toContain('invite-problems');
  });

  test('a role that cannot be read is named, the people still come', async () => {
    const { world, id, members } = await opened();
    world.directory.unreadable = 'ratelimited';

    await world.invite({ incidentId: id, roles: ['cto'], people: [aPerson('ben')], key: 'k' });

    expect(members()).toContain('UBEN');
    expect(await lastOf(world, id, 'people_invited')).toMatchObject({
      data: { failed: [{ name: 'cto', why: 'cto: ratelimited' }] },
    });
  });

  test('refused as a whole is recorded for everybody, and not knocked for ever', async () => {
    const { world, id } = await opened();
    world.chat.outages.failNext('invite', 'before', refusedFor('missing_scope'));

    await world.invite({ incidentId: id, roles: [], people: [aPerson('ben'), aPerson('dana')], key: 'k' });

    expect(await lastOf(world, id, 'people_invited')).toMatchObject({
      data: {
        people: [],
        failed: [
          { name: 'Ben', why: 'missing_scope' },
          { name: 'Dana', why: 'missing_scope' },
        ],
      },
    });
  });

  test('in passing trouble comes again, and is recorded once', async () => {
    const { world, id, members } = await opened();
    const invitation = { incidentId: id, roles: ['on-call'], people: [], key: 'k' };
    world.chat.outages.failNext('invite', 'before', rateLimited(1000));
    await expect(world.invite(invitation)).rejects.toMatchObject({ code: 'rate_limited' });
    world.chat.outages.failNext('invite', 'after', lostAnswer());
    await expect(world.invite(invitation)).rejects.toMatchObject({ code: 'timed_out' });

    await world.invite(invitation);
    await world.invite(invitation);

    expect(members()).toEqual(['UAMARA', 'UBEN']);
    const events = await world.memory.store.events(id);
    expect(events.filter((e) => e.type === 'people_invited' && e.data.asked === 'on-call')).toHaveLength(1);
  });

  test('before there is a channel waits for it', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare();
    const invitation = { incidentId: id, roles: [], people: [aPerson('dana')], key: 'k' };
    world.chat.outages.isDown = true;
    await world.memory.store.enqueue([{ queue: 'invite', data: invitation }]);
    await world.pass(60_000);

    world.chat.outages.isDown = false;
    await world.pass(2000);

    const { channel } = await world.state(id);
    expect(world.chat.channel(channel?.id as string).members).toContain('UDANA');
  });

  test('nobody is nothing: no record', async () => {
    const { world, id } = await opened();
    const before = await world.memory.store.recordCount();

    await world.invite({ incidentId: id, roles: ['legal'], people: [], key: 'k' });

    expect(await world.memory.store.recordCount()).toBe(before);
    expect(world.chat.outages.calls.filter((method) => method === 'invite')).toHaveLength(1);
  });

  test('to what is closed or archived is too late', async () => {
    const { world, id } = await opened();
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.ask({ type: 'close' }, 'carol', id);
    world.chat.outages.calls.length = 0;

    await world.invite({ incidentId: id, roles: [], people: [aPerson('ben')], key: 'k' });

    expect(world.chat.outages.calls).toEqual([]);
  });
});

describe('calling a rung', () => {
  const withLadder = { policy: aPolicy({ inviteRoles: [], pager: { page: false, notes: false } }) };

  test('finds its people, tells the channel, calls each, and brings them in', async () => {
    const { world, id, members } = await opened(withLadder);

    expect(await lastOf(world, id, 'rung_reached')).toMatchObject({
      data: { index: 0, people: [aPerson('ben')], unreachable: [] },
    });
    expect(world.chat.said('direct-UBEN')).toEqual(['rung-call']);
    expect(members()).toContain('UBEN');
  });

  test('says of every role whom it could not reach', async () => {
    const { world, id } = await opened({ policy });
    world.directory.add(aPerson('gus', { slack: undefined }), { roles: ['cto'] });

    await world.callRung({ incidentId: id, index: 0, roles: ['cto', 'backup'] });

    expect(await lastOf(world, id, 'rung_reached')).toMatchObject({
      data: {
        people: [aPerson('elif')],
        unreachable: ['Gus has no Slack account', 'nobody holds the role backup'],
      },
    });
  });

  test('says so when roles cannot be read', async () => {
    const { world, id } = await opened({ policy });
    world.directory.unreadable = 'ratelimited';

    await world.callRung({ incidentId: id, index: 1, roles: ['cto'] });

    expect(await lastOf(world, id, 'rung_reached')).toMatchObject({
      data: { index: 1, people: [], unreachable: ['cto: ratelimited'] },
    });
  });

  test('twice is once', async () => {
    const { world, id } = await opened({ policy });
    const call = { incidentId: id, index: 0, roles: ['cto', 'on-call'] };

    await world.callRung(call);
    await world.callRung(call);
    await world.run();

    expect(world.chat.said('direct-UELIF')).toEqual(['rung-call']);
  });

  test('after the end wakes nobody', async () => {
    const { world, id } = await opened({ policy });
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);

    await world.callRung({ incidentId: id, index: 0, roles: ['cto'] });
    await world.run();

    expect(world.chat.direct('UELIF')).toBeUndefined();
  });
});
