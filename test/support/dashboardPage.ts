// The dashboard page in a plain browser: the built page, the theme of a VS Code window, and the fixture host in place of VS Code.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { pageHtml } from '../../extension/host/webviews/pageHtml.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ORIGIN = 'http://gatescope.test';
const NONCE = 'testnonce';

export interface PageOptions {
  /** Of the fixture host: live, none, many … */
  state?: string;
  theme?: ThemeName;
  width?: number;
  height?: number;
}

export interface OpenedPage {
  page: Page;
  /** What the browser complained about: refused scripts and styles, exceptions. */
  complaints: string[];
  close(): Promise<void>;
}

let fixtureScript: Promise<string> | undefined;

function buildFixture(): Promise<string> {
  fixtureScript ??= build({
    entryPoints: [join(ROOT, 'webview/dev/fixtureHost.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  }).then(({ outputFiles }) => outputFiles[0].text);
  return fixtureScript;
}

/** The page under the very policy that VS Code gives it. */
export async function openDashboardPage(browser: Browser, options: PageOptions = {}): Promise<OpenedPage> {
  const { state = 'live', theme = 'dark', width = 1100, height = 900 } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript({ content: await buildFixture() });
  const html = pageHtml({
    page: 'dashboard',
    cspSource: ORIGIN,
    nonce: NONCE,
    uri: (file) => `${ORIGIN}/${file}`,
    title: 'Dashboard',
    language: 'en',
  });
  await page.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: withTheme(html, theme) });
    const body = await readFile(join(ROOT, 'dist/webview', name)).catch(() => undefined);
    if (!body) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: contentTypeOf(name), body });
  });
  await page.goto(`${ORIGIN}/?state=${state}`);
  return { page, complaints, close: () => context.close() };
}

function contentTypeOf(name: string): string {
  if (name.endsWith('.js')) return 'text/javascript';
  return name.endsWith('.css') ? 'text/css' : 'font/ttf';
}

/** VS Code sets its variables on the root element and the kind of theme as a class of the body. */
function withTheme(html: string, theme: ThemeName): string {
  const { kind, variables } = THEMES[theme];
  const style = Object.entries(variables)
    .map(([name, value]) => `--vscode-${name}: ${value}`)
    .join('; ');
  return html
    .replace('<head>', `<head><style nonce="${NONCE}">html { ${style} }</style>`)
    .replace('<body>', `<body class="${kind}">`);
}
