// How numbers, times and names read on a page. Pure; the same value always gives the same text. A value that is missing or not finite is an en dash.

const NONE = '–';

/** A loss or another plain number with about four significant digits: 0.5321, 12.35, 1.2e-5. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001 || size >= 1e7) return value.toExponential(2).replace('e+', 'e');
  if (size >= 1000) return groupThousands(Math.round(value));
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4);
}

/** The loss as the live read-out shows it: three decimals, so that the text does not jump. */
export function formatLoss(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  return Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(1) : value.toFixed(3);
}

/** A fraction 0 to 1 as a percentage with one decimal. */
export function formatPercent(fraction: number | undefined): string {
  if (fraction === undefined || !Number.isFinite(fraction)) return NONE;
  return `${(fraction * 100).toFixed(1)} %`;
}

/** 1234567 as 1,234,567. */
export function groupThousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Count with a noun: `1 run`, `3 runs`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${groupThousands(count)} ${count === 1 ? one : many}`;
}

/** 0.42 s, 12 s, 3 min 20 s, 2 h 05 min, 3 d 4 h. */
export function formatDuration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return NONE;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** 950, 12.3k, 1.2M: for speeds and axis labels. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimZeros((value / 1e6).toFixed(2))}M`;
  if (size >= 1e4) return `${trimZeros((value / 1e3).toFixed(1))}k`;
  if (size >= 1 || size === 0) return trimZeros(value.toFixed(2));
  return size < 0.001 ? value.toExponential(1).replace('.0e', 'e') : trimZeros(value.toFixed(4));
}

/** Local date and time, `2026-11-24 13:05`; ISO order sorts and never depends on the locale. */
export function formatDateTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return NONE;
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** A name that every file system takes. */
export function toFileName(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return name === '' ? 'gatescope' : name;
}

/** Blanks as signs that can be seen: a token of a character model is often one. */
export function visibleBlanks(text: string): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
