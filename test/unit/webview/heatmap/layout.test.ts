import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAfterKey, zoomFactor } from '../../../../webview/shared/heatmap/keys.ts';
import { HeatmapLayout, type LayoutRequest } from '../../../../webview/shared/heatmap/layout.ts';
import { niceStep, shortNumber } from '../../../../webview/shared/heatmap/painter.ts';
import { visibleSpan } from '../../../../webview/shared/heatmap/viewport.ts';

const names = {
  longest: 40,
  overhang: 30,
  columnNames: (style: string) => (style === 'slanted' ? 60 : 20),
  rowNames: () => 30,
};
const layOut = (part: Partial<LayoutRequest> = {}): HeatmapLayout =>
  new HeatmapLayout({
    grid: { width: 12, height: 100 },
    available: { width: 600, height: 500 },
    zoom: 1,
    ratio: 1,
    names,
    ...part,
  });

test('everything fits at zoom 1 as long as a cell has a pixel', () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    for (const grid of [
      { width: 1, height: 1 },
      { width: 12, height: 100 },
      { width: 500, height: 400 },
    ]) {
      const { cell, content } = layOut({ grid, ratio });
      assert.ok(Number.isInteger(cell.width) && Number.isInteger(cell.height) && cell.width >= 1 && cell.height >= 1);
      assert.ok(content.width <= 600 * ratio && content.height <= 500 * ratio, `${grid.width} at ${ratio}`);
    }
  }
});

test('1,024 tokens by 512 units take a pixel each and scroll', () => {
  const layout = layOut({ grid: { width: 1024, height: 512 } });
  assert.deepEqual(layout.cell, { width: 1, height: 1 });
  assert.equal(layout.content.width, 30 + 1024);
  assert.equal(layout.height, 500);
  assert.equal(layOut({ grid: { width: 1024, height: 512 }, zoom: layout.maxZoom * 9 }).cell.height, 31);
});

test('the cell under a point is the one drawn there, scrolled or not', () => {
  const layout = layOut({ zoom: 3, ratio: 2 });
  for (const scroll of [
    { x: 0, y: 0 },
    { x: 37, y: 411 },
  ]) {
    for (const at of [
      { place: 20, column: 3 },
      { place: 41, column: 7 },
    ]) {
      const middle = layout.middleOf(at, scroll);
      assert.deepEqual(layout.cellAt(middle, scroll), at);
      assert.deepEqual(layout.scrollFor({ place: at.place + 0.5, column: at.column + 0.5 }, middle), scroll);
    }
  }
  assert.equal(layout.cellAt({ x: layout.margin.width - 1, y: 200 }, { x: 0, y: 0 }), undefined);
  assert.equal(layout.cellAt({ x: 599 * 2, y: 200 }, { x: 5000, y: 0 }), undefined);
});

test('a cell is revealed by the least scrolling', () => {
  const layout = layOut({ zoom: 4 });
  const size = { width: 600, height: 500 };
  const start = { x: 0, y: 0 };
  assert.deepEqual(layout.reveal({ place: 0, column: 0 }, size, start), start);
  const { y } = layout.reveal({ place: 99, column: 0 }, size, start);
  assert.equal(y, layout.content.height - size.height);
  assert.equal(layout.reveal({ place: 98, column: 0 }, size, { x: 0, y }).y, y);
});

test('only cells in view are drawn', () => {
  assert.deepEqual(visibleSpan(1000, 4, { offset: 41, room: 20 }), { start: 10, end: 16 });
  assert.deepEqual(visibleSpan(5, 4, { offset: 0, room: 500 }), { start: 0, end: 5 });
  assert.deepEqual(visibleSpan(0, 4, { offset: 0, room: 500 }), { start: 0, end: 0 });
});

test('keys walk the grid and stop at its edges', () => {
  const grid = { width: 5, height: 30 };
  const press = (key: string, from: { place: number; column: number } | undefined, isFar = false) =>
    placeAfterKey(from, { key, isFar, page: 10 }, grid);
  assert.deepEqual(press('ArrowDown', undefined), { place: 0, column: 0 });
  assert.deepEqual(press('ArrowRight', { place: 3, column: 3 }), { place: 3, column: 4 });
  assert.deepEqual(press('ArrowRight', { place: 3, column: 4 }), { place: 3, column: 4 });
  assert.deepEqual(press('PageDown', { place: 25, column: 1 }), { place: 29, column: 1 });
  assert.deepEqual(press('Home', { place: 3, column: 3 }), { place: 3, column: 0 });
  assert.deepEqual(press('End', { place: 3, column: 3 }, true), { place: 29, column: 4 });
  assert.equal(press('x', { place: 3, column: 3 }), undefined);
  assert.equal(placeAfterKey(undefined, { key: 'ArrowUp', isFar: false, page: 1 }, { width: 0, height: 4 }), undefined);
  assert.deepEqual(
    [zoomFactor('+', 2), zoomFactor('-', 2), zoomFactor('0', 2), zoomFactor('a', 2)],
    [2, 0.5, 0, undefined],
  );
});

test('numbers in cells and steps between names', () => {
  assert.deepEqual(
    [shortNumber(-0.001), shortNumber(-0.126), shortNumber(1), shortNumber(Number.NaN)],
    ['0.00', '−0.13', '1.00', '–'],
  );
  assert.deepEqual([0.3, 1, 1.2, 3, 7, 12, 60].map(niceStep), [1, 1, 2, 5, 10, 20, 100]);
});
