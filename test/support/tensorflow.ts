// Builds @tensorflow/tfjs-node into a cache folder of its own, once a machine, from the npm registry and PyPI alone: the package's own
// install downloads its library from elsewhere. Needs npm, python3 with pip, and g++. Linux on x64.
// Invariant: the folder appears under its name only when it is complete; two builders do not get in each other's way.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGES = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0'];
const TENSORFLOW = '2.21.0';
const TIMEOUT_MS = 15 * 60_000;
const MAX_OUTPUT_BYTES = 1 << 26;
const UNPACK = join(import.meta.dirname, 'unpackTensorflow.py');

const cacheRoot = join(homedir(), '.cache', 'gatescope-test');
const folder = join(cacheRoot, `tfjs-node-4.22.0-tensorflow-${TENSORFLOW}`);

/** A folder as `gatescope engine install tensorflow` makes it. Builds it where it is missing, which takes a minute or more; fails with the words of what failed. */
export async function ensureTensorflow(): Promise<string> {
  if (existsSync(folder)) return folder;
  console.error(`Building TensorFlow for Node in ${folder}: once a machine, 1 GB, some minutes.`);
  await mkdir(cacheRoot, { recursive: true });
  const building = await mkdtemp(join(cacheRoot, 'building-'));
  try {
    await build(building);
    await rename(building, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return folder;
}

async function build(building: string): Promise<void> {
  const tfjsNode = join(building, 'node_modules/@tensorflow/tfjs-node');
  const wheels = join(building, 'wheels');
  await writeFile(join(building, 'package.json'), '{ "private": true }\n');
  await run(building, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES]);
  // Only the library and the headers of the wheel are used, so that it is all one which Python it is for.
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'];
  await run(building, 'python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--python-version', '3.11'],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--dest', wheels, `tensorflow-cpu==${TENSORFLOW}`],
  ]);
  await run(building, 'python3', [UNPACK, wheels, join(tfjsNode, 'deps')]);
  await rm(wheels, { recursive: true });
  await lockAttributeNames(join(tfjsNode, 'binding/tfjs_backend.cc'));
  await compile(building, tfjsNode);
  await rm(join(tfjsNode, 'deps/include'), { recursive: true });
}

/** A set of the whole process is changed without a lock: two threads that use the package crash now and then. */
async function lockAttributeNames(path: string): Promise<void> {
  const changes = [
    ['static std::set<std::string> ATTR_NAME_SET;', '$&\nstatic std::mutex ATTR_NAME_MUTEX;'],
    [
      '  const char *attr_name =\n',
      '  const char *attr_name;\n  { std::lock_guard<std::mutex> lock(ATTR_NAME_MUTEX); attr_name =\n',
    ],
    ['      ATTR_NAME_SET.insert(attr_name_string.c_str()).first->c_str();', '$& }'],
  ];
  let text = await readFile(path, 'utf8');
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) throw new Error(`${path} is not as expected: ${from}`);
    text = text.replace(from, to);
  }
  await writeFile(path, text);
}

async function compile(building: string, tfjsNode: string): Promise<void> {
  const includes = ['', 'external/local_xla', 'external/local_tsl'].map((name) => join(tfjsNode, 'deps/include', name));
  await mkdir(join(tfjsNode, 'lib/napi-v8'), { recursive: true });
  await run(building, 'g++', [
    ...['-include', 'mutex', '-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
    ...['-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
    ...[join(building, 'node_modules/node-api-headers/include'), ...includes].flatMap((path) => ['-I', path]),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode, 'binding', name)),
    ...['-o', join(tfjsNode, 'lib/napi-v8/tfjs_binding.node'), '-L', join(tfjsNode, 'deps/lib')],
    ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ]);
}

async function run(cwd: string, program: string, args: string[]): Promise<void> {
  const options = { cwd, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  await promisify(execFile)(program, args, options).catch((error: Error & { stderr?: string }) => {
    throw new Error(
      `TensorFlow cannot be built for the tests: ${program} ${args.slice(0, 3).join(' ')} failed in ${cwd}.\n${error.stderr?.slice(-3000) || error.message}`,
    );
  });
}
