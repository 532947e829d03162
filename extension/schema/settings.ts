// Editor settings (gatescope.*), from which package.json's contributes.configuration is made.
import { type Static, Type } from '@sinclair/typebox';
import { BACKENDS, MAX_THREADS } from './engineSection.ts';
import { stringEnum } from './stringEnum.ts';

export const SettingsSchema = Type.Object({
  'engine.backend': stringEnum(BACKENDS, {
    default: 'auto',
    description:
      'What computes, where a config does not say. `auto` takes the first that works of native, wasm, wasm-plain and cpu; **Gatescope: Show Engine Information** says which and why.',
  }),
  'engine.threads': Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: MAX_THREADS })], {
    default: 'auto',
    description:
      'Kernel threads, where a config does not say. `auto` is the number of physical cores, at most 8; in VS Code one is left to the editor. Results are the same with any number.',
  }),
  'dashboard.openOnTrain': Type.Boolean({ default: true, description: 'Open the dashboard when training starts.' }),
  'config.defaultHints': Type.Boolean({
    default: true,
    description:
      'Show defaults that matter and are not written (learning rate, batch size, epochs, sizes, seed) at the ends of lines in a config.',
  }),
  'gitignore.offer': Type.Boolean({
    default: true,
    description: 'Offer to add .gatescope/ to .gitignore after the first run of a folder.',
  }),
});

export type Settings = Static<typeof SettingsSchema>;
