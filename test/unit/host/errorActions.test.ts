import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../../extension/host/commands/commandTable.ts';
import { ACTION_COMMANDS, actionsFor } from '../../../extension/host/commands/errorActions.ts';
import { UserError } from '../../../extension/util/userError.ts';

const actions = (code: string, path?: string) =>
  actionsFor(new UserError({ code, message: 'x', place: path === undefined ? undefined : { path } }));

test('each kind of error has the buttons that help', () => {
  assert.deepEqual(actions('config.invalid', '/a'), ['showProblems']);
  assert.deepEqual(actions('training.untrusted'), ['manageTrust']);
  assert.deepEqual(actions('config.none'), ['newExperiment', 'openExample']);
  assert.deepEqual(actions('engine.died'), ['showLog']);
  assert.deepEqual(actions('engine.tensorflowMissing'), ['installTensorflow']);
  assert.deepEqual(actions('data.fileNotFound', '/a'), ['openPlace']);
  assert.deepEqual(actions('run.none'), []);
});

test('buttons run commands that exist', () => {
  for (const command of Object.values(ACTION_COMMANDS)) {
    assert.ok(command in COMMANDS || command.startsWith('workbench.'), command);
  }
});
