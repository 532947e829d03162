// A matrix as a bitmap of one pixel a cell. Scrolling and zooming draw from it, so they cost what is on the screen and not what there is.
import { type ColorMap, colorIndex } from './colorMap.ts';
import type { Matrix, ValueRange } from './matrix.ts';
import type { Size } from './viewport.ts';

/** Pixels row by row in `order`. What is not a number stays transparent. Pure. */
export function cellPixels(matrix: Matrix, order: Uint32Array, { map, range }: { map: ColorMap; range: ValueRange }) {
  const { values, rows, columns } = matrix;
  const pixels = new Uint32Array(rows * columns);
  const scale = 1 / (range.max - range.min);
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    for (let column = 0; column < columns; column++) {
      const value = values[column * rows + row];
      if (Number.isNaN(value)) continue;
      pixels[place * columns + column] = map.pixels[colorIndex((value - range.min) * scale)];
    }
  }
  return pixels;
}

/** The bitmap as something a canvas can draw; undefined where there is no cell. */
export function toBitmap(pixels: Uint32Array<ArrayBuffer>, columns: number): HTMLCanvasElement | undefined {
  if (pixels.length === 0) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = pixels.length / columns;
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), columns, canvas.height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

/** A canvas of `size` device pixels. Setting the size clears it and costs its memory anew, so that happens only where it differs. */
export function contextOf(canvas: HTMLCanvasElement, size: Size, ratio: number): CanvasRenderingContext2D {
  if (canvas.width !== size.width || canvas.height !== size.height) {
    canvas.width = size.width;
    canvas.height = size.height;
    canvas.style.inlineSize = `${size.width / ratio}px`;
    canvas.style.blockSize = `${size.height / ratio}px`;
  }
  return canvas.getContext('2d')!;
}
