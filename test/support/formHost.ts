// Stands in for VS Code in a plain browser: a config's text in memory with the real form and the real edits of it.
// `?state=` chooses: example, minimal, blank, full (every part set), errors, hostile, untrusted, readOnly. The test drives it through `window.form`.
import { changeForm } from '../../extension/config/changeForm.ts';
import { brokenBy, configForm } from '../../extension/config/configForm.ts';
import { applyEdits } from '../../extension/config/configText.ts';
import type { ConfigProblem } from '../../extension/config/problem.ts';
import { validateConfig } from '../../extension/config/validateConfig.ts';
import { checkFormParams } from '../../extension/host/webviews/formParams.ts';
import type { FormContract, FormField, FormState } from '../../extension/protocol/formContract.ts';
import { serve } from '../../extension/protocol/rpc.ts';
import { UserError } from '../../extension/util/userError.ts';
import { installVsCode } from '../../webview/dev/pageTransport.ts';
import { FORM_TEXTS } from './formTexts.ts';

export interface FormFixture {
  text: string;
  /** Puts another text in its place, as one who types in the text does. */
  type(text: string): void;
  calls: { method: string; params: unknown }[];
}

declare global {
  interface Window {
    form: FormFixture;
  }
}

const name = new URLSearchParams(location.search).get('state') ?? 'example';
let last: FormField | undefined;

const form: FormFixture = {
  text: FORM_TEXTS[name] ?? FORM_TEXTS.example,
  type(text) {
    form.text = text;
    server.send('changed', state());
  },
  calls: [],
};
window.form = form;

/** What only the disk shows. */
function missingFile(): ConfigProblem[] {
  const start = form.text.indexOf('"missing.csv"');
  if (start < 0) return [];
  const message = 'There is no file missing.csv. Paths are relative to the config.';
  return [{ code: 'config.file', severity: 'error', message, start, end: start + 13, fixes: [] }];
}

function state(): FormState {
  const broken = brokenBy(form.text);
  const made = broken ? undefined : configForm(form.text, 'trec', missingFile());
  last = made?.root ?? last ?? configForm('', 'trec').root;
  const isTrusted = name !== 'untrusted';
  return {
    fileName:
      name === 'hostile' ? `<img src=x onerror="document.title='owned'">${'long'.repeat(60)}` : 'trec.gatescope.json',
    root: last,
    broken: broken && { message: broken.message, line: broken.line },
    isBlank: made?.isBlank ?? false,
    canTrain: isTrusted,
    whyNot: isTrusted ? undefined : 'Training is off because this folder is in Restricted Mode.',
  };
}

const server = serve<FormContract>(
  installVsCode('gatescope-dev-form'),
  {
    state,
    change({ change }) {
      if (name === 'readOnly') {
        throw new UserError({ code: 'form.refused', message: 'The editor did not take the change.' });
      }
      form.type(applyEdits(form.text, changeForm(form.text, change, configForm(form.text, 'trec').effective)));
    },
    fix({ message, title }) {
      const problem = validateConfig(form.text).problems.find((each) => each.message === message);
      form.type(applyEdits(form.text, problem?.fixes.find((fix) => fix.title === title)?.edits ?? []));
    },
    showText: () => undefined,
    save: () => undefined,
    train: () => undefined,
  },
  {
    checkParams(method, params) {
      form.calls.push({ method, params });
      return checkFormParams(method, params);
    },
  },
);
