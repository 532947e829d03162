// A page in a plain browser: the built page, the theme of a VS Code window, and the fixture host in place of VS Code.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { type PageName, pageHtml } from '../../extension/host/webviews/pageHtml.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ORIGIN = 'http://gatescope.test';
const NONCE = 'testnonce';
/** For one element to show, or to take an action: pages on a busy machine are slow, and nothing here waits for a time to pass. */
const WAIT_LIMIT_MS = 60_000;

/** The script that stands in for VS Code, by page. */
const HOSTS: Readonly<Record<PageName, string>> = {
  dashboard: 'webview/dev/fixtureHost.ts',
  inspector: 'webview/dev/inspectorHost.ts',
  dataset: 'webview/dev/datasetHost.ts',
  form: 'test/support/formHost.ts',
};

export interface PageOptions {
  /** Of the fixture host: live, none, many … */
  state?: string;
  theme?: ThemeName;
  width?: number;
  height?: number;
  /** Device pixels a CSS pixel. */
  ratio?: number;
}

export interface OpenedPage {
  page: Page;
  /** What the browser complained about: refused scripts and styles, exceptions. */
  complaints: string[];
  close(): Promise<void>;
}

const fixtureScripts = new Map<PageName, Promise<string>>();

function buildFixture(name: PageName): Promise<string> {
  const script =
    fixtureScripts.get(name) ??
    build({
      entryPoints: [join(ROOT, HOSTS[name])],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
    }).then(({ outputFiles }) => outputFiles[0].text);
  fixtureScripts.set(name, script);
  return script;
}

/** The page under the very policy that VS Code gives it. */
export async function openFixturePage(
  browser: Browser,
  name: PageName,
  options: PageOptions = {},
): Promise<OpenedPage> {
  const { state, theme = 'dark', width = 1100, height = 900, ratio = 1 } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US', deviceScaleFactor: ratio });
  context.setDefaultTimeout(WAIT_LIMIT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript({ content: await buildFixture(name) });
  const html = pageHtml({
    page: name,
    cspSource: ORIGIN,
    nonce: NONCE,
    uri: (file) => `${ORIGIN}/${file}`,
    title: name,
    language: 'en',
  });
  await page.route(`${ORIGIN}/**`, async (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    if (file === '') return route.fulfill({ contentType: 'text/html', body: withTheme(html, theme) });
    const body = await readFile(join(ROOT, 'dist/webview', file)).catch(() => undefined);
    if (!body) return route.fulfill({ status: 404 });
    return route.fulfill({ contentType: contentTypeOf(file), body });
  });
  await page.goto(state === undefined ? ORIGIN : `${ORIGIN}/?state=${state}`);
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
