// The commands beside train: help, exit codes, places of errors, predictions, evaluation, runs, data.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, constants, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { ReportData } from '../../extension/protocol/report.ts';
import type { SignalName } from '../../extension/protocol/trace.ts';
import { CLI_PATH, CONFIG, jsonLines, makeRows, runCli } from './support.ts';

let dir: string;
let run: string;
const cli = (...args: string[]) => runCli(args, dir);

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-cli-'));
  await writeFile(join(dir, 'train.csv'), makeRows(200, 1));
  await writeFile(join(dir, 'test.csv'), makeRows(60, 2));
  await writeFile(join(dir, 'weather.gatescope.json'), CONFIG);
  const { code, stdout, stderr } = await cli('train', 'weather.gatescope.json', '--json');
  assert.equal(code, 0, stderr);
  run = jsonLines(stdout).at(-1)!.run as string;
});
after(() => rm(dir, { recursive: true, force: true }));

const COMMANDS = [
  'train',
  'validate',
  'predict',
  'generate',
  'evaluate',
  'import',
  'export',
  'runs',
  'dataset',
  'plan',
  'doctor',
];

test('every command has help, and the overview names all of them', async () => {
  const overview = await cli('--help');
  assert.equal(overview.code, 0);
  for (const command of COMMANDS) {
    assert.match(overview.stdout, new RegExp(`^  ${command} +\\S`, 'm'));
    const { code, stdout, stderr } = await cli(command, '--help');
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`^Usage: gatescope ${command}`));
    assert.match(stdout, /--json/);
  }
});

test('the built command can be run as it is, which npx does', async () => {
  await access(CLI_PATH, constants.X_OK);
});

test('what the user gets wrong is exit code 1 with a remedy', async () => {
  await writeFile(join(dir, 'empty.txt'), '\n');
  const cases: [string[], RegExp][] = [
    [[], /Usage/],
    [['trian'], /Did you mean "train"/],
    [['train'], /needs one config/],
    [['train', 'none.gatescope.json'], /does not exist/],
    [['train', 'weather.gatescope.json', '--sede', '1'], /--sede/],
    [['train', 'weather.gatescope.json', '--seed', '-1'], /seed/],
    [['train', 'weather.gatescope.json', '--set', 'training.epoch=1'], /epochs/],
    [
      ['train', 'weather.gatescope.json', '--set', 'training.epochs=0'],
      /^gatescope: With training\.epochs=0: 0 is out of range/,
    ],
    [
      ['train', 'weather.gatescope.json', '--set', 'training.optimizer=sgd'],
      /an object with "type": "adam", "adamw", "sgd", "rmsprop" or "adagrad" is expected/,
    ],
    [
      ['train', 'weather.gatescope.json', '--set', 'data.train.path=none.csv'],
      /^gatescope: With data\.train\.path=none\.csv: There is no "none\.csv"/,
    ],
    [['runs', 'list', 'no/such/folder'], /no\/such\/folder does not exist/],
    [
      ['train', 'weather.gatescope.json', '--report', 'no/such/report.html'],
      /no\/such could not be read or written: .*does not exist/,
    ],
    [['predict', run, 'text', '--out', 'no/such/out.csv'], /no\/such\/out\.csv could not be .* does not exist/],
    [['predict', 'nothing', 'text'], /There is no run/],
    [['predict', run], /text or --file/],
    [['predict', run, ' '], /A text to predict is empty/],
    [['predict', run, '--file', 'empty.txt'], /empty\.txt cannot be read: it has no text/],
    [['predict', run, '-5 degrees'], /There is no option -5\. A text that begins with a dash goes behind " -- "/],
    [['predict', run, 'cold', '--tip', '2'], /There is no option --tip\. Did you mean --top\?/],
    [['predict', run, 'cold', '--top', '-2'], /--top needs a value; one that begins with a dash is given as --top=…\./],
    [['predict', run, 'cold', '--top'], /--top needs a value\./],
    [['trace', run, '--text', ''], /The text is empty/],
    [['predict', run, '--file', 'none.txt'], /none\.txt cannot be read: it does not exist/],
    [['predict', run, '--file', '.'], /it is a folder/],
    [['evaluate', run, '--data', 'none.csv'], /none\.csv does not exist\. Give/],
    [['runs', 'destroy'], /no action/],
    [['runs', 'diff', run], /diff needs two runs/],
    [['doctor', '--backend', 'gpu'], /--backend is one of auto, native/],
    [['doctor', '--threads', '65'], /at most 64/],
    [['doctor', 'me'], /options only/],
    [['runs', 'report', run, '--out', 'no/such/folder.html'], /folder\.html could not be .* does not exist/],
    [['runs', 'delete', run], /--yes/],
    [['dataset', 'weather.gatescope.json', '--part', 'dev'], /train, validation, test/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cli(...args);
    assert.equal(code, 1, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr + (args.length === 0 ? stdout : ''), message, args.join(' '));
    assert.doesNotMatch(stderr, /bug/, args.join(' '));
  }
});

test('validate prints file:line:column of problems of shape, files and data', async () => {
  assert.equal((await cli('validate', 'weather.gatescope.json')).code, 0);
  const wrong = {
    'key.gatescope.json': [
      CONFIG.replace('hiddenSize', 'hiddensize'),
      /^key\.gatescope\.json:12:34: error.*hiddenSize/m,
    ],
    'file.gatescope.json': [
      CONFIG.replace('train.csv', 'trian.csv'),
      /^file\.gatescope\.json:5:\d+: error.*train\.csv/m,
    ],
    'column.gatescope.json': [
      CONFIG.replace('"path": "train.csv"', '"path": "train.csv", "textColumn": "txt"'),
      /^column\.gatescope\.json:5:\d+: error.*text/m,
    ],
  } as const;
  for (const [name, [text, message]] of Object.entries(wrong)) {
    await writeFile(join(dir, name), text);
    const { code, stdout } = await cli('validate', name);
    assert.equal(code, 1, name);
    assert.match(stdout, message);
    const [problem] = jsonLines((await cli('validate', name, '--json')).stdout);
    assert.equal(problem.severity, 'error');
    assert.equal(typeof problem.line, 'number');
    await rm(join(dir, name));
  }
});

test('the other encoders and optimizers plan, validate and train', async () => {
  const name = 'gru.gatescope.json';
  const encoder = '"type": "gru", "hiddenSize": 8, "layers": 2';
  const other = CONFIG.replace('"type": "lstm", "hiddenSize": 8, "bidirectional": true', encoder)
    .replace('"type": "adam", "learningRate": 0.02', '"type": "rmsprop", "centered": true')
    .replace('"batchSize": 16', '"batchSize": 16, "batching": "bucketed"');
  await writeFile(join(dir, name), other);
  assert.equal((await cli('validate', name)).code, 0);
  const plan = JSON.parse((await cli('plan', name, '--json')).stdout) as {
    parameters: { name: string; shape: number[] }[];
  };
  const shapes = new Map(plan.parameters.map(({ name: parameter, shape }) => [parameter, shape]));
  assert.deepEqual(shapes.get('encoder.weight_ih_l1'), [24, 8]);
  const adagrad = ['--set', 'training.optimizer={"type":"adagrad","learningRate":0.1}'];
  const rnn = ['--set', 'model.encoder={"type":"rnn","nonlinearity":"relu","hiddenSize":8}'];
  for (const set of [[], [...adagrad, ...rnn]]) {
    const { code, stdout, stderr } = await cli('train', name, '--json', ...set);
    assert.equal(code, 0, stderr);
    const {
      run: id,
      status,
      test: scores,
    } = jsonLines(stdout).at(-1) as { run: string; status: string; test: { accuracy: number } };
    assert.equal(status, 'completed');
    assert.ok(scores.accuracy > 0.9, `${set.join(' ')}: accuracy ${scores.accuracy}`);
    await cli('runs', 'delete', id, '--yes');
  }
  await writeFile(join(dir, name), other.replace(encoder, `${encoder}, "forgetBias": 1`));
  const { code, stdout } = await cli('validate', name);
  assert.equal(code, 1);
  assert.match(stdout, /^gru\.gatescope\.json:12:63: error: "forgetBias" has no use with "type": "gru"/m);
  await rm(join(dir, name));
});

test('predict answers for texts, a file, standard input, and writes CSV', async () => {
  const [one] = jsonLines((await cli('predict', run, 'the snow and ice', '--json')).stdout);
  const classes = one.classes as { label: string; probability: number }[];
  assert.equal(classes[0].label, 'cold');
  assert.ok(Math.abs(classes.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6);
  const piped = await runCli(['predict', run, '--file', '-', '--json'], dir, 'the lava was zzz\nsleet, frost\n');
  const both = jsonLines(piped.stdout) as { classes: { label: string }[]; unknown: string[] }[];
  assert.deepEqual(
    both.map((row) => row.classes[0].label),
    ['warm', 'cold'],
  );
  assert.deepEqual(both[0].unknown, ['zzz']);
  await writeFile(join(dir, 'in.txt'), 'a "hot" noon, sun\n\nfrost\n');
  const { code, stderr } = await cli('predict', run, '--file', 'in.txt', '--out', 'out.csv');
  assert.equal(code, 0);
  assert.match(stderr, /^1 empty line skipped\.\n2 predictions written to out\.csv\./m);
  const rows = (await readFile(join(dir, 'out.csv'), 'utf8')).trim().split('\n');
  assert.equal(rows[0], 'text,label,probability,p(cold),p(warm)');
  assert.match(rows[1], /^"a ""hot"" noon, sun",warm,0\.\d+,/);
  assert.match(rows[2], /^frost,cold,/);
  assert.equal(rows.length, 3);
});

test('predict says what of a long text was not read, and cuts what it shows', async () => {
  const text = 'snow '.repeat(500).trim();
  const [row] = jsonLines((await cli('predict', run, text, '--json')).stdout);
  assert.equal((row.tokens as string[]).length, 20);
  assert.equal(row.truncated, 480);
  assert.equal(row.text, text);
  const { stdout } = await cli('predict', run, text);
  assert.match(stdout, /snow… {2}\(read: the first 20 of 500 tokens\)$/m);
  assert.ok(stdout.length < 350, stdout);
});

test('a run goes by its name; `latest` passes over one that ended without weights, and says so', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'gatescope-latest-'));
  try {
    const source = join(dir, '.gatescope/runs', run);
    await cp(source, join(empty, '.gatescope/runs/good'), { recursive: true });
    const manifest = JSON.parse(await readFile(join(source, 'run.json'), 'utf8')) as Record<string, unknown>;
    const failed = join(empty, '.gatescope/runs/later');
    await mkdir(failed);
    const { best, ...rest } = manifest;
    assert.ok(best);
    const later = { ...rest, name: 'Later', status: 'failed', startedAt: new Date().toISOString() };
    await writeFile(join(failed, 'run.json'), JSON.stringify(later));
    const latest = await runCli(['predict', 'latest', 'snow'], empty);
    assert.equal(latest.code, 0, latest.stderr);
    assert.match(latest.stderr, /^later has no weights \(failed\); taking good\./);
    assert.equal((await runCli(['predict', 'Weather', 'snow'], empty)).stdout, latest.stdout);
    assert.match((await runCli(['runs', 'show', 'latest'], empty)).stdout, /^Later/);
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
});

test('predict finds the encoding of a file: byte order marks are no text', async () => {
  await writeFile(join(dir, 'utf8.txt'), '\ufefffrost\n');
  await writeFile(join(dir, 'utf16.txt'), '\ufefffrost\n', 'utf16le');
  for (const name of ['utf8.txt', 'utf16.txt']) {
    const [row] = jsonLines((await cli('predict', run, '--file', name, '--json')).stdout);
    assert.deepEqual([row.text, row.tokens, row.unknown], ['frost', ['frost'], []], name);
  }
});

test('evaluate repeats the run’s own scores, and scores another file', async () => {
  // Movement is measured from where training started, which only training knows.
  const { movement, ...saved } = JSON.parse(
    await readFile(join(dir, '.gatescope/runs', run, 'evaluation.json'), 'utf8'),
  );
  assert.ok(movement.length > 0);
  const again = await cli('evaluate', run, '--json');
  assert.deepEqual(JSON.parse(again.stdout), saved);
  const other = await cli('evaluate', run, '--data', 'test.csv', '--json');
  assert.deepEqual(JSON.parse(other.stdout), { labels: saved.labels, data: saved.test });
});

test('what is no file to read is the user’s to mend: a pipe nobody writes to, links in a circle', async () => {
  await promisify(execFile)('mkfifo', [join(dir, 'pipe.csv')]);
  await symlink('circle.csv', join(dir, 'circle.csv'));
  const cases = { 'pipe.csv': /pipe\.csv is a pipe/, 'circle.csv': /links lead in a circle/ };
  for (const [name, message] of Object.entries(cases)) {
    for (const command of ['train', 'validate']) {
      await writeFile(join(dir, 'odd.gatescope.json'), CONFIG.replace('train.csv', name));
      const { code, stdout, stderr } = await cli(command, 'odd.gatescope.json');
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, message);
    }
    await rm(join(dir, name));
  }
  await rm(join(dir, 'odd.gatescope.json'));
});

test('a damaged file of a run is named', async () => {
  const damaged = join(dir, '.gatescope/runs/damaged');
  await cp(join(dir, '.gatescope/runs', run), damaged, { recursive: true });
  for (const name of ['tokenizer.json', 'model.safetensors', 'run.json']) {
    await writeFile(join(damaged, name), '{');
    const { code, stderr } = await cli('predict', damaged, 'text');
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`^gatescope: .*damaged/${name}: (?!.*damaged)`));
  }
  await rm(damaged, { recursive: true });
});

test('a run that failed has no weights, and nothing to wait for', async () => {
  await writeFile(join(dir, 'one.csv'), 'text,label\na,x\nb,x\n');
  await writeFile(join(dir, 'one.gatescope.json'), CONFIG.replace('train.csv', 'one.csv'));
  const failed = jsonLines((await cli('train', 'one.gatescope.json', '--json')).stdout).at(-1)!.run as string;
  const { code, stderr } = await cli('predict', failed, 'text');
  assert.equal(code, 1);
  assert.match(stderr, /has no weights: it ended as failed\. Choose another run/);
  assert.equal((await cli('runs', 'delete', failed, '--yes')).code, 0);
  await rm(join(dir, 'one.gatescope.json'));
});

test('evaluate says that training data changed', async () => {
  const before = await readFile(join(dir, 'train.csv'), 'utf8');
  await writeFile(join(dir, 'train.csv'), makeRows(100, 5));
  const { code, stderr } = await cli('evaluate', run);
  await writeFile(join(dir, 'train.csv'), before);
  assert.equal(code, 1);
  assert.match(stderr, /no longer what it was trained on/);
});

/** The report's gates are of the first text of the test data, and its numbers obey the equation of a cell. */
function checkGatesOf(html: string): void {
  const json = /<script type="application\/json" id="gatescope-report">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const { gates } = JSON.parse(json) as ReportData;
  assert.ok('trace' in gates, JSON.stringify(gates));
  const { origin, trace } = gates;
  assert.match(origin, /^test\.csv, line 2$/);
  assert.equal(trace.text.split(' ').length, trace.tokens.length);
  assert.equal(trace.layers[0].length, 2);
  const numbers = (name: SignalName, direction: number): Float32Array => {
    const bytes = Buffer.from(trace.layers[0][direction].signals[name] ?? '', 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  for (const direction of [0, 1]) {
    const [i, f, g, c] = (['i', 'f', 'g', 'c'] as const).map((name) => numbers(name, direction));
    assert.equal(c.length, trace.tokens.length * trace.hiddenSize);
    const step = (direction === 0 ? -1 : 1) * trace.hiddenSize;
    for (const [at, value] of c.entries()) {
      const expected = f[at] * (c[at + step] ?? 0) + i[at] * g[at];
      // Two roundings of float32 at most lie between them.
      assert.ok(
        Math.abs(value - expected) <= 2 ** -23 * Math.max(1, Math.abs(expected)),
        `${value} is not ${expected}`,
      );
    }
  }
}

test('runs are listed, shown, renamed, annotated, reported on and deleted', async () => {
  assert.match((await cli('runs')).stdout, new RegExp(`${run} +Weather +completed +4/4`));
  assert.equal((await cli('runs', 'rename', run, 'Storm', 'warning')).code, 0);
  assert.equal((await cli('runs', 'note', run, 'lr', '0.02')).code, 0);
  const shown = await cli('runs', 'show', run.slice(0, 15));
  assert.match(shown.stdout, /^Storm warning\nlr 0\.02\ncompleted, 4 of 4 epochs/);
  assert.match(shown.stdout, /cold +\d/);
  assert.equal((await cli('runs', 'report', 'latest', '--out', 'report.html')).code, 0);
  const html = await readFile(join(dir, 'report.html'), 'utf8');
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
  assert.match(html, /"accuracy":/);
  checkGatesOf(html);
  const options = ['--json', '--name', 'Storm warning', '--set', 'training.epochs=1'];
  const doomed = await cli('train', 'weather.gatescope.json', ...options);
  const doomedRun = jsonLines(doomed.stdout).at(-1)!.run as string;
  assert.match(doomed.stderr, new RegExp(`"Storm warning" already names ${run} .*by its id`));
  const diff = await cli('runs', 'diff', run, doomedRun);
  assert.match(diff.stdout, new RegExp(`^ +${run} +${doomedRun}\nstatus +completed +completed\nepochs +4/4 +1/1\n`));
  assert.match(diff.stdout, /^best epoch +\d +1$/m);
  assert.match(diff.stdout, /^validation accuracy +[\d.]+ % +[\d.]+ %$/m);
  assert.match(diff.stdout, /^test macro F1 +[\d.]+ % +[\d.]+ %$/m);
  assert.match(diff.stdout, /^time +\d+ s +\d+ s$/m);
  assert.match(diff.stdout, new RegExp(`\n\nkey +${run} +${doomedRun}\ntraining\\.epochs +4 +1\n$`));
  const compared = JSON.parse((await cli('runs', 'diff', run, doomedRun, '--json')).stdout);
  assert.deepEqual(compared.runs, [run, doomedRun]);
  assert.deepEqual(compared.differences, [{ key: 'training.epochs', before: '4', after: '1' }]);
  const shownRun = JSON.parse((await cli('runs', 'show', doomedRun, '--json')).stdout);
  assert.deepEqual(compared.outcomes[1].best, shownRun.best);
  assert.equal(shownRun.name, 'Storm warning');
  assert.match((await cli('runs', 'diff', run, run)).stdout, /\n\nBoth were trained from the same config\.\n$/);
  assert.equal((await cli('runs', 'delete', doomedRun, '--yes')).code, 0);
  const left = jsonLines((await cli('runs', '--json')).stdout).map(({ id }) => id);
  assert.deepEqual(left, [run]);
});

test('dataset shows how data is read; plan what would be trained', async () => {
  const preview = JSON.parse((await cli('dataset', 'weather.gatescope.json', '--rows', '3', '--json')).stdout);
  assert.equal(preview.rows.length, 3);
  assert.equal(preview.rows[0].line, 2);
  assert.match((await cli('dataset', 'weather.gatescope.json')).stdout, /warm +100 +50\.0 %/);
  const plan = JSON.parse((await cli('plan', 'weather.gatescope.json', '--json')).stdout);
  assert.deepEqual(plan.examples, { train: 160, validation: 40, test: 60 });
  assert.equal(
    plan.total,
    plan.parameters.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
  );
  const { estimate } = plan;
  assert.equal(estimate.parameters, plan.total);
  assert.equal(estimate.updates, plan.rates.stepsPerEpoch);
  assert.ok(estimate.seconds > 0 && estimate.memory.weights === 4 * plan.total);
  const words = (await cli('plan', 'weather.gatescope.json')).stdout;
  assert.match(words, /^About .* of memory: weights /m);
  assert.match(words, /^An epoch: about .* s \(\d+ updates, [\d,]+ tokens; .* threads?\)\.$/m);
});
