import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorAt, colorMap, type Ground, type MapKind } from '../../../../webview/shared/heatmap/colorMap.ts';
import { fromOklab, parseHex, type Rgb, toHex, toOklab } from '../../../../webview/shared/heatmap/oklab.ts';

const KINDS: MapKind[] = ['sequential', 'diverging'];
const GROUNDS: Ground[] = ['light', 'dark'];

/** Full dichromacy after Machado, Oliveira and Fernandes (2009), over linear RGB. */
const BLINDNESS = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function seenBy(matrix: readonly number[], color: Rgb): Rgb {
  const linear = color.map((byte) => (byte / 255 <= 0.04045 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  const seen = [0, 1, 2].map((row) => {
    const sum = linear.reduce((total, value, at) => total + matrix[row * 3 + at] * value, 0);
    const clamped = Math.min(1, Math.max(0, sum));
    return 255 * (clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055);
  });
  return [seen[0], seen[1], seen[2]];
}

const distance = (a: Rgb, b: Rgb): number => {
  const [p, q] = [toOklab(a), toOklab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
};
const lightness = (kind: MapKind, ground: Ground, share: number): number =>
  toOklab(colorAt(colorMap(kind, ground), share))[0];

test('OKLab gives the published values and goes both ways', () => {
  const [l, a, b] = toOklab([255, 0, 0]);
  assert.ok(Math.abs(l - 0.628) < 1e-3 && Math.abs(a - 0.2249) < 1e-3 && Math.abs(b - 0.1258) < 1e-3);
  for (const hex of ['#000000', '#ffffff', '#12ab9c', '#f0e1d2'])
    assert.equal(toHex(fromOklab(toOklab(parseHex(hex)))), hex);
});

test('lightness is linear in the value, away from the ground', () => {
  for (const ground of GROUNDS) {
    const sign = ground === 'dark' ? 1 : -1;
    for (let at = 0; at <= 20; at++) {
      const gate = lightness('sequential', ground, at / 20);
      const [first, last] = [lightness('sequential', ground, 0), lightness('sequential', ground, 1)];
      assert.ok(Math.abs(gate - (first + ((last - first) * at) / 20)) < 0.02, `gate ${at}`);
      if (at > 0) assert.ok(sign * (gate - lightness('sequential', ground, (at - 1) / 20)) > 0.02);
      const [below, above] = [0.5 - at / 40, 0.5 + at / 40].map((share) => lightness('diverging', ground, share));
      assert.ok(Math.abs(below - above) < 0.03, `both arms weigh the same at ${at}`);
    }
  }
});

test('signs and sizes are told apart with every kind of colour blindness', () => {
  for (const ground of GROUNDS) {
    for (const [name, matrix] of Object.entries(BLINDNESS)) {
      const seen = (kind: MapKind, share: number): Rgb => seenBy(matrix, colorAt(colorMap(kind, ground), share));
      for (let at = 0; at < 10; at++) {
        for (const kind of KINDS) {
          const step = distance(seen(kind, at / 10), seen(kind, (at + 1) / 10));
          assert.ok(step > 0.03, `${name}, ${kind} on ${ground}: step ${at} is ${step}`);
        }
      }
      for (const half of [0.2, 0.3, 0.4, 0.5]) {
        const apart = distance(seen('diverging', 0.5 - half), seen('diverging', 0.5 + half));
        assert.ok(apart > 0.1, `${name} on ${ground}: -${half} and +${half} are ${apart} apart`);
      }
    }
  }
});

test('values outside take the colour of the end, and the middle of a diverging map has no hue', () => {
  for (const kind of KINDS) {
    for (const ground of GROUNDS) {
      const map = colorMap(kind, ground);
      assert.deepEqual(colorAt(map, 7), colorAt(map, 1));
      assert.deepEqual(colorAt(map, -7), colorAt(map, 0));
    }
  }
  for (const ground of GROUNDS) {
    const [, a, b] = toOklab(colorAt(colorMap('diverging', ground), 0.5));
    assert.ok(Math.hypot(a, b) < 0.01);
  }
});
