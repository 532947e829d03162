import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toMetricFrame } from '../../../extension/protocol/metricFrame.ts';
import { makeEvents } from '../../../webview/dev/fixtures.ts';
import { nextPoint, zoomAround } from '../../../webview/shared/chart/crosshair.ts';
import { describeChart } from '../../../webview/shared/chart/describe.ts';
import { curvesToCsv, field } from '../../../webview/shared/chart/exportCsv.ts';
import { geometryToSvg } from '../../../webview/shared/chart/exportSvg.ts';
import { buildGeometry } from '../../../webview/shared/chart/geometry.ts';
import { METRIC_KINDS } from '../../../webview/shared/chart/metricKinds.ts';
import { buildCurves, type PlottedRun, valueAt, type XAxis, xRange } from '../../../webview/shared/chart/series.ts';
import { DARK_PALETTE } from '../../../webview/shared/palette.ts';
import { RunMetrics } from '../../../webview/shared/runMetrics.ts';

function makePlotted(name: string): PlottedRun {
  const metrics = RunMetrics.from(toMetricFrame('run', 0, makeEvents(500, 100)));
  const best = { epoch: 3, step: 300, loss: 0.5, accuracy: 0.8, macroF1: 0.8, weightedF1: 0.8 };
  return { id: 'run', name, color: 2, metrics, best };
}

const curvesOf = (xAxis: XAxis, smoothing = 0, name = 'trec') =>
  buildCurves([makePlotted(name)], METRIC_KINDS.loss, { xAxis, smoothing });

test('training and validation stand on one chart, with the best epoch on the second', () => {
  const [training, validation] = curvesOf('step', 0.6);
  assert.deepEqual([training.kind, validation.kind], ['training', 'validation']);
  assert.deepEqual([training.y.length, validation.y.length], [500, 6]);
  assert.equal(validation.x[validation.best], 300);
  assert.notEqual(training.smoothed, training.y);
  assert.equal(validation.smoothed, validation.y);
});

test('x is steps, epochs or seconds', () => {
  assert.deepEqual(xRange(curvesOf('step')), { min: 0, max: 500 });
  assert.deepEqual(xRange(curvesOf('epoch')), { min: 0, max: 5 });
  assert.deepEqual(xRange(curvesOf('time')), { min: 0, max: 50 });
});

test('the value at the cross-hair is that of the nearest point, and none beyond the curve', () => {
  const [training] = curvesOf('step');
  assert.deepEqual(valueAt(training, 120.4), { x: 120, value: training.y[119] });
  assert.equal(valueAt(training, 900), undefined);
});

test('arrow keys go to the next point inside the range, and end at its ends', () => {
  const curves = curvesOf('step');
  const range = { min: 0, max: 500 };
  assert.ok(nextPoint(curves, 100, 1, range) > 100);
  assert.ok(nextPoint(curves, 100, -1, range) < 100);
  assert.equal(nextPoint(curves, 500, 1, range), 500);
  assert.equal(nextPoint(curves, 0, -1, range), 0);
});

test('zooming out ends at all of it', () => {
  const full = { min: 0, max: 100 };
  assert.deepEqual(zoomAround(full, 50, 0.5, full), { min: 25, max: 75 });
  assert.equal(zoomAround({ min: 25, max: 75 }, 50, 2, full), undefined);
});

test('the CSV holds every point, quoted where needed', () => {
  const curves = curvesOf('step', 0.6, 'a "quoted", name');
  const lines = curvesToCsv(curves, 'step', 'loss').split('\r\n');
  assert.equal(lines[0], 'run,name,data,step,loss,loss_smoothed');
  assert.equal(lines.length, 1 + 500 + 6 + 1);
  assert.equal(lines[1], `run,"a ""quoted"", name",training,1,${curves[0].y[0]},${curves[0].smoothed[0]}`);
});

test('no field of a CSV is a formula', () => {
  assert.deepEqual(['=1+1', '-x', '@y', 'plain'].map(field), ["'=1+1", "'-x", "'@y", 'plain']);
});

test('a chart is said in a sentence that starts with its name', () => {
  assert.match(
    describeChart(METRIC_KINDS.loss, curvesOf('step')),
    /^Loss\. trec: training from .* to .* over 500 points; validation/,
  );
  assert.equal(describeChart(METRIC_KINDS.loss, []), 'Loss. No points yet.');
});

test('the SVG shows curves, best epoch and legend, and keeps a name as text', () => {
  const curves = curvesOf('step', 0.6, '<script>&"');
  const geometry = buildGeometry(curves, { columns: 800, isLogY: true });
  const svg = geometryToSvg(
    geometry,
    {
      title: 'Loss',
      summary: 'Loss.',
      xAxis: 'step',
      xTitle: 'Step',
      isLogY: true,
      formatX: String,
      formatY: String,
    },
    { foreground: '#000', background: '#fff', grid: '#ccc', fontFamily: 'sans-serif', colors: DARK_PALETTE },
  );
  assert.equal(svg.match(/<path /g)?.length, 3);
  assert.equal(svg.match(/<circle class="best"/g)?.length, 1);
  assert.ok(svg.includes('&lt;script&gt;&amp;&quot; · validation'));
  assert.ok(!svg.includes('<script'));
  assert.ok(!/NaN|Infinity/.test(svg));
});

test('a logarithmic axis leaves out what is not positive', () => {
  const curves = curvesOf('step');
  curves[0].y[10] = 0;
  curves[0].y[11] = -1;
  const { y } = buildGeometry(curves, { columns: 800, isLogY: true });
  assert.ok(y.min > 0 && y.max > y.min);
});

test('one flat point gives a range to draw in', () => {
  const metrics = RunMetrics.from(toMetricFrame('run', 0, makeEvents(500, 100).slice(0, 1)));
  const curves = buildCurves([{ id: 'run', name: 'n', color: 0, metrics }], METRIC_KINDS.loss, {
    xAxis: 'step',
    smoothing: 0.6,
  });
  const { x, y } = buildGeometry(curves, { columns: 800, isLogY: false });
  assert.ok(x.max > x.min && y.max > y.min);
});
