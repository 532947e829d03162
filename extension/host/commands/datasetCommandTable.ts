// The commands of datasets: a part of the one table of commands.
import { ITEM, VIEWS, WHEN_DATA, WHEN_MANIFEST, WHEN_TRUSTED } from '../manifest/ids.ts';
import type { CommandSpec } from './commandTable.ts';

const inDatasets = `view == ${VIEWS.datasets}`;
const isItem = (item: string): string => `viewItem == ${item}`;

export const DATASET_COMMANDS = {
  'gatescope.dataset.import': {
    title: 'Import Dataset…',
    icon: 'add',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'explorer/context', when: WHEN_DATA, group: '3_gatescope@3' },
      { place: 'view/title', when: inDatasets, group: 'navigation@1' },
    ],
  },
  'gatescope.dataset.open': {
    title: 'Open Dataset',
    icon: 'table',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'editor/title', when: WHEN_MANIFEST, group: 'navigation@1' },
      { place: 'explorer/context', when: WHEN_MANIFEST, group: '3_gatescope@0' },
      { place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.manifest)}`, group: '1_open@1' },
    ],
  },
  'gatescope.dataset.describe': {
    title: 'Describe Dataset',
    icon: 'search',
    enablement: WHEN_TRUSTED,
    menus: [{ place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.manifest)}`, group: 'inline@2' }],
  },
  'gatescope.dataset.advise': {
    title: 'Advise on Encoder…',
    icon: 'lightbulb',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'explorer/context', when: WHEN_MANIFEST, group: '3_gatescope@2' },
      { place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.manifest)}`, group: '2_gatescope@0' },
    ],
  },
  'gatescope.dataset.exclude': {
    title: 'Leave Out These Rows',
    icon: 'exclude',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.findingWithRemedy)}`, group: 'inline@1' },
      { place: 'commandPalette', when: 'false' },
    ],
  },
  'gatescope.tokenizer.train': {
    title: 'Train Tokenizer…',
    icon: 'symbol-keyword',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'explorer/context', when: WHEN_DATA, group: '3_gatescope@4' },
      { place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.manifest)}`, group: '2_gatescope@1' },
    ],
  },
  'gatescope.experiment.fromDataset': {
    title: 'New Experiment from Dataset',
    icon: 'new-file',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'explorer/context', when: WHEN_MANIFEST, group: '3_gatescope@1' },
      { place: 'view/item/context', when: `${inDatasets} && ${isItem(ITEM.manifest)}`, group: 'inline@1' },
    ],
  },
} as const satisfies Record<string, CommandSpec>;
