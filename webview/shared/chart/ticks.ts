// Round numbers along an axis. Pure.
import type { Range } from './series.ts';

/** At most about `count` multiples of 1, 2 or 5 times a power of ten inside the range. */
export function linearTicks(range: Range, count: number): number[] {
  const rough = (range.max - range.min) / Math.max(1, count);
  if (!(rough > 0)) return [range.min];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let n = Math.ceil(range.min / step - 1e-9); n * step <= range.max + step * 1e-9; n++) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return ticks;
}

/** Powers of ten; within less than two decades also 2 and 5 times them, within less than half a decade plain round numbers. */
export function logTicks(range: Range, count: number): number[] {
  const decades = Math.log10(range.max / range.min);
  if (!(decades > 0)) return [range.min];
  if (decades < 0.5) return linearTicks(range, count).filter((tick) => tick > 0);
  const factors = decades < 2 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(range.min)); exponent <= Math.log10(range.max); exponent++) {
    if (exponent % stride !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** exponent).toPrecision(12));
      if (tick >= range.min && tick <= range.max) ticks.push(tick);
    }
  }
  return ticks;
}

/** Seconds along a time axis: multiples that read well as seconds, minutes, hours. */
export function timeTicks(range: Range, count: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const rough = (range.max - range.min) / Math.max(1, count);
  if (rough < 1 || rough > 86400) return linearTicks(range, count);
  const step = steps.find((candidate) => candidate >= rough) ?? 86400;
  const ticks: number[] = [];
  for (let tick = Math.ceil(range.min / step) * step; tick <= range.max; tick += step) ticks.push(tick);
  return ticks;
}

/** 45 s, 2:30, 1:05:00. */
export function formatClock(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const rest = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest.replace(/^0/, '');
}
