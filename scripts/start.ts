// `npm start`: trains the shipped example from the command line and writes its report.
import { spawnSync } from 'node:child_process';
import { relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const config = 'media/examples/early-modern-english/early-modern-english.gatescope.json';
const report = 'early-modern-english-report.html';

const { status, error } = spawnSync(process.execPath, ['dist/cli.cjs', 'train', config, '--report', report], {
  cwd: root,
  stdio: 'inherit',
});
if (error) throw error;
if (status === 0) {
  console.log(`\nOpen ${resolve(root, report)} in a browser: curves, confusion matrix, mistakes.`);
  console.log(`Try a sentence: npx gatescope predict latest "Wherefore art thou here?"`);
  console.log(
    `Change the config and train again: npx gatescope train ${relative(process.cwd(), resolve(root, config))}`,
  );
}
process.exitCode = status ?? 1;
