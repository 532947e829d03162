// The form of a config: what stands in its text as fields, beside the text and always the same. <gs-form>
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { FormContract, FormField, FormState } from '../../extension/protocol/formContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import { formatCount } from '../shared/format.ts';
import { LightElement } from '../shared/lightElement.ts';
import { emptyNotice, errorNotice, infoNotice } from '../shared/notice.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { button, progressRing } from '../shared/widgets.ts';
import { type FormActions, idOf, renderHelp, renderProblems, renderTools, spokenPath } from './fieldParts.ts';
import { FocusKeeper } from './focusKeeper.ts';
import { renderField, renderFields } from './formFields.ts';
import { countProblems, type FormView, isShown, parseFormView, viewBelow } from './formView.ts';
import { isTyped } from './typing.ts';

interface Section {
  title: string;
  fields: readonly FormField[];
  /** The part of the config that the section is, where it is one. */
  own?: FormField;
}

export class FormApp extends LightElement {
  static override properties = {
    form: { state: true },
    view: { state: true },
    error: { state: true },
  };
  declare form: FormState | undefined;
  declare view: FormView;
  declare error: unknown;
  #client!: Client<FormContract>;
  #host!: PageHost;
  #notes = new Map<string, string>();
  #focus = new FocusKeeper(this);
  #isScrolled = false;

  start(client: Client<FormContract>, host: PageHost): void {
    this.#client = client;
    this.#host = host;
    this.view = parseFormView(host.loadState());
    client.on('changed', (form) => {
      this.form = form;
    });
    window.addEventListener('scroll', () => this.#remember({ scrollTop: window.scrollY }), { passive: true });
    document.addEventListener('keydown', (event) => this.#onKey(event));
    void this.#load();
  }

  async #load(): Promise<void> {
    this.error = undefined;
    await this.#do(
      this.#client.call('state', {}).then((form) => {
        this.form = form;
      }),
    );
  }

  protected override render(): TemplateResult {
    const { form } = this;
    const failure =
      this.error === undefined ? nothing : errorNotice('That did not work.', this.error, () => void this.#load());
    if (!form) return html`<main>${this.error === undefined ? progressRing('Reading the config') : failure}</main>`;
    const sections = sectionsOf(form.root).filter((section) => this.#isSectionShown(section));
    return html`${this.#renderHead(form, sections)}
      <main>
        ${failure} ${this.#renderState(form)}
        <fieldset class="all" ?disabled=${form.broken !== undefined}>
          <legend class="visually-hidden">Fields of ${form.fileName}</legend>
          ${sections.map((section) => this.#renderSection(section))}
        </fieldset>
        ${sections.length === 0 ? emptyNotice('No field is like that.', 'Look for another word, or show all fields.') : nothing}
      </main>`;
  }

  #renderHead(form: FormState, sections: readonly Section[]): TemplateResult {
    const isOff = !form.canTrain || form.broken !== undefined;
    const { errors, warnings } = countProblems(form.root);
    const counts = [
      ...(errors > 0 ? [formatCount(errors, 'error')] : []),
      ...(warnings > 0 ? [formatCount(warnings, 'warning')] : []),
    ].join(', ');
    return html`<header class="form-head">
      <div class="run-title">
        <h1 title=${form.fileName}>${form.fileName}</h1>
        <span class="spacer"></span>
        ${counts === '' ? nothing : html`<button type="button" class="text-button ${errors > 0 ? 'tone-bad' : ''}" @click=${() => this.#showProblem()}>${counts}</button>`}
        <div class="controls">
          ${button({ label: 'Train', icon: 'play', isPrimary: true, isDisabled: isOff, onClick: () => this.#do(this.#client.call('train', {})) })}
          ${button({ label: 'Open Text', icon: 'go-to-file', onClick: () => this.#do(this.#client.call('showText', {})) })}
        </div>
      </div>
      ${this.#renderTools(sections)}
    </header>`;
  }

  #renderTools(sections: readonly Section[]): TemplateResult {
    return html`<div class="tools">
        <input
          type="search"
          class="filter"
          aria-label="Find fields"
          placeholder="Find fields"
          .value=${this.view.filter}
          @input=${(event: Event) => this.#remember({ filter: (event.currentTarget as HTMLInputElement).value })}
        />
        <label class="check"
          ><input
            type="checkbox"
            .checked=${this.view.isOnlySet}
            @change=${(event: Event) => this.#remember({ isOnlySet: (event.currentTarget as HTMLInputElement).checked })}
          />Only what is set</label
        >
      </div>
      <nav aria-label="Sections">
        ${sections.map(({ title }) => html`<button type="button" class="text-button" @click=${() => this.#goTo(title)}>${title}</button>`)}
      </nav>`;
  }

  #renderState(form: FormState): TemplateResult {
    const { broken, isBlank, whyNot } = form;
    return html`
      ${whyNot ? infoNotice(whyNot) : nothing}
      <div role="status">
        ${
          broken
            ? html`<div class="notice notice-error broken">
                <p>
                  Line ${broken.line} of the text cannot be read: ${broken.message} The form shows what stood there
                  before, and waits.
                </p>
                ${button({ label: 'Show the Place', icon: 'go-to-file', onClick: () => this.#do(this.#client.call('showText', {})) })}
              </div>`
            : nothing
        }
        ${
          isBlank && !broken
            ? html`<div class="notice notice-info">
                <p>There is no config in this file yet. Start with the smallest one that trains, and name your data.</p>
                ${button({ label: 'Write a Minimal Config', icon: 'new-file', isPrimary: true, onClick: () => this.#do(this.#client.call('change', { change: { kind: 'start' } })) })}
              </div>`
            : nothing
        }
        ${isBlank ? nothing : renderProblems(form.root, { actions: this.#actions, view: this.view })}
      </div>
    `;
  }

  #renderSection({ title, fields, own }: Section): TemplateResult {
    const context = { actions: this.#actions, view: own ? viewBelow(own, this.view) : this.view };
    const isOff = own?.control.kind === 'group' && own.control.isOff;
    const isPlain = own !== undefined && own.control.kind !== 'group';
    return html`<section class=${isPlain ? 'is-plain' : ''} aria-labelledby=${sectionId(title)} data-path=${own ? String(own.path[0]) : nothing}>
      <div class="section-head">
        <h2 id=${sectionId(title)} tabindex="-1">${title}</h2>
        ${isOff ? html`<span class="muted">off</span>` : nothing}
        <span class="spacer"></span>
        ${
          own && isOff
            ? button({
                label: `Turn On ${title}`,
                icon: 'add',
                onClick: () => this.#actions.change({ kind: 'add', path: own.path }),
              })
            : nothing
        }
        ${own && !isOff && !isPlain ? renderTools(own, context) : nothing}
      </div>
      ${own && !isPlain ? html`${renderHelp(own)} ${renderProblems(own, context)}` : nothing}
      ${isOff ? nothing : isPlain ? renderField(own, context) : renderFields(fields, context)}
    </section>`;
  }

  #isSectionShown({ fields, own }: Section): boolean {
    return own ? isShown(own, this.view) : fields.some((field) => isShown(field, this.view));
  }

  readonly #actions: FormActions = {
    change: (change) => void this.#do(this.#client.call('change', { change })),
    fix: (message, title) => void this.#do(this.#client.call('fix', { message, title })),
    showText: (path) => void this.#do(this.#client.call('showText', { path })),
    open: (path, isOpen) => {
      const key = spokenPath(path);
      const others = this.view.open.filter((each) => each !== key);
      this.#remember({ open: isOpen ? [...others, key] : others });
    },
    noteOf: (path) => this.#notes.get(JSON.stringify(path)),
    note: (path, text) => {
      const key = JSON.stringify(path);
      if (this.#notes.get(key) === text) return;
      if (text === undefined) this.#notes.delete(key);
      else this.#notes.set(key, text);
      this.requestUpdate();
    },
  };

  protected override updated(_changed: PropertyValues): void {
    this.#focus.restore();
    if (this.#isScrolled || !this.form) return;
    this.#isScrolled = true;
    window.scrollTo(0, this.view.scrollTop);
  }

  #remember(part: Partial<FormView>): void {
    this.view = { ...this.view, ...part };
    this.#host.saveState(this.view);
  }

  #goTo(title: string): void {
    const head = document.getElementById(sectionId(title));
    head?.scrollIntoView();
    head?.focus({ preventScroll: true });
  }

  #showProblem(): void {
    const place = this.querySelector('.problem')?.closest('[data-path], section');
    place?.scrollIntoView({ block: 'center' });
    place?.querySelector<HTMLElement>('input, select, textarea, button')?.focus({ preventScroll: true });
  }

  /** While something is half typed, Save takes it along, and Undo is the input's own. */
  #onKey(event: KeyboardEvent): void {
    const input = document.activeElement;
    if (!(event.ctrlKey || event.metaKey) || !isTyped(input)) return;
    const key = event.key.toLowerCase();
    if (key === 'z' || key === 'y') event.stopPropagation();
    if (key !== 's') return;
    event.preventDefault();
    event.stopPropagation();
    input.dispatchEvent(new Event('change'));
    void this.#do(this.#client.call('save', {}));
  }

  async #do(action: Promise<unknown>): Promise<void> {
    try {
      await action;
      this.error = undefined;
    } catch (error) {
      this.error = error;
      // What was picked or typed did not come to be: the fields show the text again.
      this.requestUpdate();
    }
  }
}

const sectionId = (title: string): string => idOf([title], 'section');

/** The plain keys of the config, then a section for each of its parts. */
function sectionsOf(root: FormField): Section[] {
  const fields = root.control.kind === 'group' ? root.control.fields : [];
  const isPart = ({ control }: FormField): boolean => control.kind === 'group' || control.kind === 'list';
  return [
    { title: root.label, fields: fields.filter((field) => !isPart(field)) },
    ...fields
      .filter(isPart)
      .map((own) => ({ title: own.label, own, fields: own.control.kind === 'group' ? own.control.fields : [] })),
  ];
}

customElements.define('gs-form', FormApp);
