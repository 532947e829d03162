// One build graph: extension host, engine worker, command line, pages, JSON Schemas and the icon font. `--watch` rebuilds, `--production` minifies.
// Writes dist/meta/*.json (esbuild metafiles), which the architecture tests read.
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import * as esbuild from 'esbuild';

const isWatch = process.argv.includes('--watch');
const isProduction = process.argv.includes('--production');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: isProduction,
  sourcemap: isProduction ? false : 'linked',
  metafile: true,
  logLevel: 'warning',
  legalComments: 'eof',
  define: { 'process.env.NODE_ENV': isProduction ? '"production"' : '"development"' },
};

/** Prints what VS Code's problem matcher for watch builds waits for, and keeps the metafile of each bundle. */
const report = (name) => ({
  name: 'report',
  setup(build) {
    build.onStart(() => {
      if (isWatch) console.log('[watch] build started');
    });
    build.onEnd(async (result) => {
      for (const { text, location } of result.errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
      }
      if (result.metafile) await writeFile(`dist/meta/${name}.json`, JSON.stringify(result.metafile));
      if (isWatch) console.log('[watch] build finished');
    });
  },
});

const SEGMENTER = 'jieba_rs_wasm_bg.wasm';

/** The segmenter is the largest part of the package: brotli takes off what zip does not find. Its code unpacks it, beside the bundle it is in. */
async function packSegmenter() {
  const bytes = await readFile(`node_modules/jieba-wasm/pkg/nodejs/${SEGMENTER}`);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isProduction ? constants.BROTLI_MAX_QUALITY : 4,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  await writeFile(`dist/${SEGMENTER}.br`, await promisify(brotliCompress)(bytes, { params }));
}

const unpackSegmenter = {
  name: 'unpackSegmenter',
  setup(build) {
    build.onLoad({ filter: /jieba_rs_wasm\.js$/ }, async ({ path }) => {
      const reading = "require('fs').readFileSync(path)";
      const source = await readFile(path, 'utf8');
      if (!source.includes(reading)) throw new Error('jieba-wasm reads its file in another way than before');
      const unpacking = "require('zlib').brotliDecompressSync(require('fs').readFileSync(path + '.br'))";
      return { contents: source.replace(reading, unpacking), loader: 'js' };
    });
  },
};

const nodeBundle = (name, entry, outfile, extra = {}) => ({
  ...common,
  entryPoints: [entry],
  outfile,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // The CommonJS form of jsonc-parser cannot be bundled.
  mainFields: ['module', 'main'],
  plugins: [report(name), unpackSegmenter],
  ...extra,
});

const pageBundle = (name) => ({
  ...common,
  entryPoints: { [name]: `webview/${name}/main.ts` },
  outdir: 'dist/webview',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  plugins: [report(name)],
});

const bundles = [
  nodeBundle('extension', 'extension/host/extension.ts', 'dist/extension.cjs', { external: ['vscode'] }),
  nodeBundle('worker', 'extension/node/worker.ts', 'dist/worker.cjs'),
  nodeBundle('kernelThread', 'extension/node/kernels/kernelThread.ts', 'dist/kernelThread.cjs'),
  nodeBundle('kernelCheck', 'extension/node/kernels/kernelCheck.ts', 'dist/kernelCheck.cjs'),
  nodeBundle('cli', 'extension/node/cli.ts', 'dist/cli.cjs', { banner: { js: '#!/usr/bin/env node' } }),
  pageBundle('dashboard'),
  pageBundle('inspector'),
  pageBundle('dataset'),
  pageBundle('form'),
  pageBundle('report'),
];

async function copyStatic() {
  await cp('prebuilt', 'dist/kernels', { recursive: true });
  await mkdir('dist/webview', { recursive: true });
  await packSegmenter();
  for (const file of ['codicon.css', 'codicon.ttf']) {
    await copyFile(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
  }
}

/** The JSON Schemas come from the TypeBox source, through a small bundle that is run once. */
async function writeSchemas() {
  await esbuild.build({
    entryPoints: ['scripts/generateSchemas.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: 'dist/meta/generateSchemas.mjs',
    logLevel: 'warning',
  });
  const { generateSchemas } = await import(new URL('dist/meta/generateSchemas.mjs', import.meta.url).href);
  await mkdir('dist/schemas', { recursive: true });
  for (const [name, schema] of Object.entries(generateSchemas())) {
    await writeFile(`dist/schemas/${name}.schema.json`, `${JSON.stringify(schema, undefined, isProduction ? 0 : 2)}\n`);
  }
}

await rm('dist', { recursive: true, force: true });
await mkdir('dist/meta', { recursive: true });
await copyStatic();
await writeSchemas();
if (isWatch) {
  for (const options of bundles) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(bundles.map((options) => esbuild.build(options)));
  // npm makes a command executable when it links it, which is before this build or after an older one: npx would be refused.
  await chmod('dist/cli.cjs', 0o755);
}
