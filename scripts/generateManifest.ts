// Writes the generated parts of package.json and package.nls.json from the command table, the settings schema and the texts of host/manifest.
// Owns the keys contributes, activationEvents and capabilities; every other key of package.json is left as it is.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { COMMANDS, type CommandId } from '../extension/host/commands/commandTable.ts';
import {
  DASHBOARD_VIEW_TYPE,
  DATASET_VIEW_TYPE,
  FORM_VIEW_TYPE,
  INSPECTOR_VIEW_TYPE,
  VIEW_CONTAINER,
  VIEWS,
  WALKTHROUGH,
} from '../extension/host/manifest/ids.ts';
import { WALKTHROUGH_STEPS } from '../extension/host/manifest/walkthroughSteps.ts';
import { WELCOME_TEXTS } from '../extension/host/manifest/welcomeTexts.ts';
import { SettingsSchema } from '../extension/schema/settings.ts';

type Json = Record<string, unknown>;

/** Texts of the manifest by key: package.nls.json. */
class Texts {
  readonly all: Record<string, string> = {};

  /** Keeps the text and answers with the placeholder that stands for it in package.json. */
  ref(key: string, text: string): string {
    if (this.all[key] !== undefined && this.all[key] !== text) throw new Error(`Two texts for ${key}`);
    this.all[key] = text;
    return `%${key}%`;
  }
}

const commandEntries = Object.entries(COMMANDS) as [CommandId, (typeof COMMANDS)[CommandId]][];
const defined = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

function commands(texts: Texts): Json[] {
  return commandEntries.map(([command, { title, icon, enablement }]) =>
    defined({
      command,
      title: texts.ref(`command.${command}`, title),
      category: 'Gatescope',
      icon: icon && `$(${icon})`,
      enablement,
    }),
  );
}

function menus(): Record<string, Json[]> {
  const byPlace: Record<string, Json[]> = {};
  for (const [command, spec] of commandEntries) {
    for (const { place, when, group } of spec.menus ?? []) {
      byPlace[place] ??= [];
      byPlace[place].push(defined({ command, when, group }));
    }
  }
  return byPlace;
}

function keybindings(): Json[] {
  return commandEntries.flatMap(([command, { key }]) => (key ? [{ command, ...key }] : []));
}

function views(texts: Texts): Json {
  const view = (id: string, name: string, icon: string): Json => ({
    id,
    name: texts.ref(`view.${id}`, name),
    icon: `$(${icon})`,
    contextualTitle: 'Gatescope',
  });
  return {
    viewsContainers: {
      activitybar: [{ id: VIEW_CONTAINER, title: 'Gatescope', icon: 'media/icons/gatescope.svg' }],
    },
    views: {
      [VIEW_CONTAINER]: [
        view(VIEWS.experiments, 'Experiments', 'beaker'),
        view(VIEWS.runs, 'Runs', 'history'),
        view(VIEWS.datasets, 'Datasets', 'database'),
      ],
    },
    viewsWelcome: WELCOME_TEXTS.map(({ key, view: id, when, text }) =>
      defined({ view: id, when, contents: texts.ref(key, text) }),
    ),
  };
}

function walkthroughs(texts: Texts): Json[] {
  return [
    {
      id: WALKTHROUGH,
      title: texts.ref('walkthrough.title', 'Get Started with Gatescope'),
      description: texts.ref(
        'walkthrough.description',
        'Train a text classifier, watch it learn and look inside it, in ten minutes.',
      ),
      featuredFor: ['**/*.gatescope.json'],
      steps: WALKTHROUGH_STEPS.map(({ id, title, description, page, completionEvents }) => ({
        id,
        title: texts.ref(`walkthrough.${id}.title`, title),
        description: texts.ref(`walkthrough.${id}.description`, description),
        media: { markdown: `media/walkthrough/${page}` },
        completionEvents,
      })),
    },
  ];
}

function configuration(texts: Texts): Json {
  const properties = Object.entries(SettingsSchema.properties).map(([name, schema]) => {
    const { description, ...rest } = JSON.parse(JSON.stringify(schema)) as { description: string };
    return [`gatescope.${name}`, { ...rest, markdownDescription: texts.ref(`setting.${name}`, description) }];
  });
  return { title: 'Gatescope', properties: Object.fromEntries(properties) };
}

function fileContributions(texts: Texts): Json {
  return {
    languages: [{ id: 'jsonc', filenamePatterns: ['*.gatescope.json', '*.dataset.json'] }],
    jsonValidation: [
      { fileMatch: '*.gatescope.json', url: './dist/schemas/experiment.editor.schema.json' },
      { fileMatch: '*.dataset.json', url: './dist/schemas/dataset.editor.schema.json' },
    ],
    customEditors: [
      {
        viewType: FORM_VIEW_TYPE,
        displayName: texts.ref('editor.form', 'Gatescope Config Form'),
        selector: [{ filenamePattern: '*.gatescope.json' }],
        priority: 'option',
      },
    ],
    configurationDefaults: {
      'files.watcherExclude': { '**/.gatescope/**': true },
      'search.exclude': { '**/.gatescope': true },
      // The hints of a config are the only ones in such files; half of one would say little.
      '[jsonc]': { 'editor.inlayHints.maximumLength': 100 },
    },
  };
}

export interface GeneratedManifest {
  /** Keys of package.json. */
  manifest: Json;
  /** All of package.nls.json. */
  texts: Record<string, string>;
}

export function generateManifest(): GeneratedManifest {
  const texts = new Texts();
  const manifest = {
    activationEvents: [
      'workspaceContains:**/*.gatescope.json',
      `onWebviewPanel:${DASHBOARD_VIEW_TYPE}`,
      `onWebviewPanel:${INSPECTOR_VIEW_TYPE}`,
      `onWebviewPanel:${DATASET_VIEW_TYPE}`,
    ],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: texts.ref(
          'capability.untrusted',
          'Runs, curves and configs can be looked at; training and prediction are off, because a config can name any file that you may read.',
        ),
      },
      virtualWorkspaces: {
        supported: false,
        description: texts.ref('capability.virtual', 'Training reads and writes files on disk.'),
      },
    },
    contributes: {
      commands: commands(texts),
      menus: menus(),
      keybindings: keybindings(),
      ...views(texts),
      walkthroughs: walkthroughs(texts),
      configuration: configuration(texts),
      ...fileContributions(texts),
    },
  };
  return { manifest, texts: texts.all };
}

const root = new URL('../', import.meta.url);
export const MANIFEST_URL = new URL('package.json', root);
export const TEXTS_URL = new URL('package.nls.json', root);

async function writeAtomic(url: URL, value: unknown): Promise<void> {
  const partial = new URL(`${url.href}.partial`);
  await writeFile(partial, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(partial, url);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { manifest, texts } = generateManifest();
  await writeAtomic(TEXTS_URL, texts);
  await writeAtomic(MANIFEST_URL, { ...JSON.parse(await readFile(MANIFEST_URL, 'utf8')), ...manifest });
}
