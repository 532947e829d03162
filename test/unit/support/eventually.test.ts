// Waiting on state: what counts as an answer, acting again, and what a failure tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actUntil, eventually, tellWhenLate } from '../../support/eventually.ts';

test('the first answer counts that is not undefined, null or false, whatever was thrown before', async () => {
  const answers = [undefined, null, false, 0];
  let asked = 0;
  const answer = await eventually('a number', () => {
    if (asked++ === 0) throw new Error('not yet');
    return answers.shift();
  });
  assert.deepEqual([answer, asked], [0, 5]);
});

test('an action that went nowhere, or failed, is done again until the state shows', async () => {
  let acted = 0;
  const act = async (): Promise<void> => {
    if (++acted === 1) throw new Error('nothing to click');
  };
  assert.equal(await actUntil('three times', act, () => acted === 3 && 'there', 1), 'there');
});

test('a wait that fails tells what was waited for, the last error, and what the witness sees, who is asked then alone', async () => {
  let witnessed = 0;
  tellWhenLate(async () => {
    witnessed++;
    return 'a dialog';
  });
  let acted = 0;
  await actUntil(
    'twice',
    async () => void acted++,
    () => acted === 2,
    1,
  );
  assert.equal(witnessed, 0);
  const late = eventually('it', () => Promise.reject(new Error('broken')), 1);
  await assert.rejects(late, (error: Error) => {
    assert.equal(error.message, 'It did not come to be within 0.001 s: it\nthe window shows: a dialog');
    assert.equal((error.cause as Error).message, 'broken');
    return true;
  });
  tellWhenLate(() => Promise.reject(new Error('the window is gone')));
  await assert.rejects(
    eventually('it', () => false, 1),
    { message: 'It did not come to be within 0.001 s: it' },
  );
});
