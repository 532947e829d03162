// Chromium from npm: the browser lies inside @sparticuz/chromium, playwright-core drives it.
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** A headless browser; close it. Fails with the reason where it cannot start. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
    headless: true,
  });
}
