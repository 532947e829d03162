// What the command line writes to terminals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutControls } from '../../../../extension/node/cli/format.ts';

test('what a label of a hostile file would make a terminal do is shown as signs; text stays as it is', () => {
  const hostile = '\u001b[2J\u001b]0;title\u0007 \u009b31m a\rb\u0000\u007f';
  assert.equal(withoutControls(hostile), '\ufffd[2J\ufffd]0;title\ufffd \ufffd31m a\ufffdb\ufffd\ufffd');
  const text = 'key\tvalue\n房间 “é” \u200f🙂';
  assert.equal(withoutControls(text), text);
});
