// What an exported picture needs to know besides its geometry. Pure.
import type { XAxis } from './series.ts';

export interface PictureText {
  title: string;
  /** One sentence for those who cannot see it. */
  summary: string;
  xAxis: XAxis;
  xTitle: string;
  isLogY: boolean;
  formatX(value: number): string;
  formatY(value: number): string;
}

/** CSS colours, all written out. */
export interface PictureStyle {
  foreground: string;
  background: string;
  grid: string;
  fontFamily: string;
  /** By palette index. */
  colors: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** For text and attributes; characters that XML 1.0 forbids are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
