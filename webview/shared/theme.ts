// The theme as canvases and exports need it: colours read from the --vscode-* variables, and news when they change.
// Invariant: listeners hear of a change at most once a frame.
import type { Disposable } from '../../extension/util/disposable.ts';
import { DARK_PALETTE, LIGHT_PALETTE } from './palette.ts';

export interface ThemeColors {
  /** Whether text is dark on light or light on dark. */
  ground: 'light' | 'dark';
  /** Of what has the focus. */
  accent: string;
  foreground: string;
  muted: string;
  background: string;
  grid: string;
  fontFamily: string;
  /** By palette index. */
  runs: readonly string[];
}

/** Relative luminance (WCAG 2) of `rgb(r, g, b)` or `rgba(…)` as getComputedStyle writes it; undefined for anything else. */
function luminance(color: string): number | undefined {
  const parts = color.match(/^rgba?\((\d+), (\d+), (\d+)/)?.slice(1, 4);
  if (!parts) return undefined;
  const [r, g, b] = parts.map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Colours as they are now. Costs a style recalculation: call it once a redraw. */
export function readTheme(): ThemeColors {
  const style = getComputedStyle(document.body);
  const variable = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const isLight = (luminance(style.backgroundColor) ?? 0) > 0.4;
  return {
    ground: isLight ? 'light' : 'dark',
    accent: variable('--vscode-focusBorder', isLight ? '#0969da' : '#4c9bff'),
    foreground: style.color,
    muted: variable('--vscode-descriptionForeground', style.color),
    background: style.backgroundColor,
    grid: variable('--gs-grid', isLight ? '#00000022' : '#ffffff22'),
    fontFamily: style.fontFamily,
    runs: isLight ? LIGHT_PALETTE : DARK_PALETTE,
  };
}

/** VS Code puts the variables on <html> and the kind of theme on <body>; a browser's own light or dark setting counts too. */
export function onThemeChange(listener: () => void): Disposable {
  let frame = 0;
  const request = (): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(listener);
  };
  const observer = new MutationObserver(request);
  const options = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-kind', 'data-theme'] };
  observer.observe(document.documentElement, options);
  observer.observe(document.body, options);
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', request);
  return {
    dispose() {
      cancelAnimationFrame(frame);
      observer.disconnect();
      media.removeEventListener('change', request);
    },
  };
}
