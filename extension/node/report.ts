// The standalone HTML report of a run: one file with data, code and styles, which opens offline and loads nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportData } from '../protocol/report.ts';
import type { RunEvent } from '../schema/run.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import { readEvents } from '../store/metricsLog.ts';
import { readEnvironment, readEvaluation, readRun, readRunConfig } from '../store/runStore.ts';
import { readReportGates } from './reportGates.ts';

/** Writes the report of a run to `path`. */
export async function writeReport(runDir: string, path: string): Promise<void> {
  const assetsDir = join(__dirname, 'webview');
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => readFile(join(assetsDir, name), 'utf8')),
  );
  await writeFileAtomic(path, renderReport(await readReportData(runDir), { script, style }));
}

async function readReportData(runDir: string): Promise<ReportData> {
  const events: RunEvent[] = [];
  for await (const batch of readEvents(runDir)) events.push(...batch);
  const [{ manifest }, config, environment, evaluation, gates] = await Promise.all([
    readRun(runDir),
    readRunConfig(runDir),
    readEnvironment(runDir),
    readEvaluation(runDir),
    readReportGates(runDir),
  ]);
  return { manifest, config, environment, evaluation, metrics: { events }, gates };
}

/** The document. What stands in `data` is never read as HTML. */
export function renderReport(data: ReportData, { script, style }: { script: string; style: string }): string {
  const code = script.replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(code).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data: blob:`;
  const json = JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(data.manifest.name)} – Gatescope report</title>
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="gatescope-report">${json}</script>
<script>${code}</script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
