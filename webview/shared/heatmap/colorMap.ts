// The colours of heatmaps: one sequential map for gates, one diverging map for signed signals, each for light and dark ground. Pure.
// Invariant: the further a value is from 0, the further its lightness is from the ground's, in equal steps.
// So order survives every kind of colour blindness, and a printed grey picture.
import { fromOklab, type Oklab, parseHex, type Rgb, toHex, toOklab } from './oklab.ts';

export type MapKind = 'sequential' | 'diverging';
export type Ground = 'light' | 'dark';

/** Colours of a map from its lowest to its highest value, ready for an ImageData. */
export interface ColorMap {
  readonly kind: MapKind;
  readonly ground: Ground;
  /** SIZE pixels, bytes red, green, blue, alpha in memory. */
  readonly pixels: Uint32Array;
}

/** Odd, so that the middle of a diverging map is a colour of its own. */
const SIZE = 255;

/**
 * Hues after seaborn's mako and ColorBrewer's YlGnBu for gates, after ColorBrewer's RdBu and Crameri's berlin for signed
 * signals (blue below zero, red above). Their lightness is ours: linear in the value.
 */
const HUES: Readonly<Record<MapKind, Record<Ground, readonly string[]>>> = {
  sequential: {
    dark: ['#101018', '#2e1e3c', '#413d7b', '#37659e', '#348fa7', '#40b7ad', '#8ad9b1', '#def5e5'],
    light: ['#fbfdf4', '#d5eec3', '#97d5b9', '#4cb8bd', '#2692b8', '#2766a4', '#27408f', '#10204f'],
  },
  diverging: {
    dark: [
      '#a8c4ff',
      '#6ba6ee',
      '#3f7fb5',
      '#2a567c',
      '#1c3346',
      '#141416',
      '#42210f',
      '#74341c',
      '#aa5138',
      '#dd7d68',
      '#ffb8a8',
    ],
    light: [
      '#053061',
      '#2166ac',
      '#4393c3',
      '#92c5de',
      '#d1e5f0',
      '#f8f8f7',
      '#fddbc7',
      '#f4a582',
      '#d6604d',
      '#b2182b',
      '#67001f',
    ],
  },
};

/** Names to cite: the legend and the documentation say them. */
export const MAP_NAMES: Readonly<Record<MapKind, Record<Ground, string>>> = {
  sequential: { dark: 'mako', light: 'YlGnBu' },
  diverging: { dark: 'berlin', light: 'RdBu' },
};

const cache = new Map<string, ColorMap>();

export function colorMap(kind: MapKind, ground: Ground): ColorMap {
  const key = `${kind}-${ground}`;
  let map = cache.get(key);
  if (!map) {
    map = { kind, ground, pixels: makePixels(kind, ground) };
    cache.set(key, map);
  }
  return map;
}

function makePixels(kind: MapKind, ground: Ground): Uint32Array {
  const stops = HUES[kind][ground].map((hex) => toOklab(parseHex(hex)));
  const bytes = new Uint8Array(SIZE * 4);
  for (let at = 0; at < SIZE; at++) {
    const share = at / (SIZE - 1);
    const [, a, b] = between(stops, share);
    bytes.set([...fromOklab([lightnessAt(stops, share, kind), a, b]), 255], at * 4);
  }
  return new Uint32Array(bytes.buffer);
}

function between(stops: readonly Oklab[], share: number): Oklab {
  const place = share * (stops.length - 1);
  const at = Math.min(stops.length - 2, Math.floor(place));
  const rest = place - at;
  const mix = (axis: 0 | 1 | 2): number => stops[at][axis] * (1 - rest) + stops[at + 1][axis] * rest;
  return [mix(0), mix(1), mix(2)];
}

/** Linear between the ends of the map; of a diverging one, from its middle to the mean of its ends, so that both arms weigh the same. */
function lightnessAt(stops: readonly Oklab[], share: number, kind: MapKind): number {
  const first = stops[0][0];
  const last = stops[stops.length - 1][0];
  if (kind === 'sequential') return first + (last - first) * share;
  const middle = stops[(stops.length - 1) / 2][0];
  return middle + ((first + last) / 2 - middle) * Math.abs(share - 0.5) * 2;
}

/** Which colour of `map` stands for `share`, 0 to 1 between the ends of the range; shares outside take the end's colour. */
export function colorIndex(share: number): number {
  // Written so that NaN gives 0 too: there is always a colour.
  return share > 0 ? Math.min(SIZE - 1, Math.round(share * (SIZE - 1))) : 0;
}

export function colorAt({ pixels }: ColorMap, share: number): Rgb {
  const pixel = pixels[colorIndex(share)];
  return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
}

export const cssColorAt = (map: ColorMap, share: number): string => toHex(colorAt(map, share));
