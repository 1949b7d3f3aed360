import { expect, test } from 'vitest';
import { type AskedAlert, type SourceAnswer, viewOf } from '../../../src/domain/presence.ts';

const alert: AskedAlert = { source: 'alertmanager', fingerprint: 'aa', labels: {} };
const own: AskedAlert = { source: 'event', fingerprint: 'bb', labels: {} };
const says = (answer: SourceAnswer['answer'], more: Partial<SourceAnswer> = {}): SourceAnswer => {
  return { alert, answer, strict: false, ...more };
};
const away = new Error('connect ECONNREFUSED');

test.each<[string, SourceAnswer[], string | null]>([
  ['it fires', [says('firing')], null],
  ['one of several fires', [says('silenced'), says('firing')], null],
  ['one is of a source that cannot be asked', [says('gone'), says(null, { alert: own })], null],
  ['all are silenced', [says('silenced'), says('silenced')], 'silenced'],
  ['one is silenced, one gone', [says('gone'), says('silenced')], 'silenced'],
  ['it is inhibited', [says('inhibited'), says('gone')], 'inhibited'],
  ['all are gone', [says('gone')], 'alert-gone'],
  ['it cannot be asked, and the config wants that', [says(away, { strict: true })], 'source-unreachable'],
  ['nobody can be asked', [], null],
])('%s', (_, answers, reason) => {
  expect(viewOf(answers).stop?.reason ?? null).toBe(reason);
});

test('a source that cannot be asked does not stop anything unless the config says so, and it is noted', () => {
  const view = viewOf([says('gone'), says(away)]);
  expect(view.stop).toBeNull();
  expect(view.note).toBe(
    'alertmanager could not be asked whether the alert still fires: connect ECONNREFUSED; acting on what it told last',
  );
});
