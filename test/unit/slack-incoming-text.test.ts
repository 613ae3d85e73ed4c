import { describe, expect, test } from '@jest/globals';
import { commandText, messageText } from '../../src/adapters/slack/incoming-text.ts';

describe('what is typed after a command', () => {
  test.each([
    ['invite <@U123|anna> <@W9>', 'invite <@U123|anna> <@W9>'],
    ['link <#C123|ops> now', 'link <#C123|ops> now'],
    ['tell <!channel> and <!here|@here>', 'tell @channel and @here'],
    ['ask <!subteam^S1|@dbas> or <!subteam^S2>', 'ask @dbas or @S2'],
    ['see <https://a.example/x?a=1&amp;b=2>', 'see https://a.example/x?a=1&b=2'],
    ['see <http://a.example|a.example>', 'see http://a.example'],
    ['see <https://a.example|the page>', 'see the page (https://a.example)'],
    ['mail <mailto:a@b.example|a@b.example>', 'mail a@b.example'],
    ['5 &lt; 6 &amp;&amp; 7 &gt; 6', '5 < 6 && 7 > 6'],
    ['written &amp;lt; once', 'written &lt; once'],
    ['a < b > c', 'a < b > c'],
    ['open <', 'open <'],
    ['', ''],
  ])('%s', (given, expected) => {
    expect(commandText(given)).toBe(expected);
  });
});

describe('a message that is taken along', () => {
  test.each([
    ['<@U123|anna> and <@U124> in <#C1|ops>, <#C2>', '@anna and @U124 in #ops, #C2'],
    ['<!date^1700000000^{date}|14 Nov 2023>: R&amp;D', '14 Nov 2023: R&D'],
    ['typed &lt;!channel&gt; by hand', 'typed <!channel> by hand'],
  ])('%s', (given, expected) => {
    expect(messageText(given)).toBe(expected);
  });
});
