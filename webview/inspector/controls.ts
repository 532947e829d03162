// Small form controls of the views: choices side by side, a list to choose from, a slider, a check. Plain HTML in the look of VS Code.
import { html, nothing, type TemplateResult } from 'lit';

export interface Option<T> {
  value: T;
  title: string;
  /** The title as it is set in print; not in drop-down lists, which hold text alone. */
  sign?: TemplateResult;
}

export interface ChoiceOptions<T extends string | number> {
  /** What is chosen, for those who cannot see it. */
  label: string;
  /** Unique in the document. */
  name: string;
  options: readonly Option<T>[];
  value: T;
  onChange(value: T): void;
}

/** Radio buttons in one bar: for two to four short titles. */
export function segmented<T extends string | number>({
  label,
  name,
  options,
  value,
  onChange,
}: ChoiceOptions<T>): TemplateResult {
  return html`<fieldset class="segmented">
    <legend class="visually-hidden">${label}</legend>
    ${options.map(
      (
        option,
      ) => html`<label class=${option.value === value ? 'is-on' : ''} title=${option.sign ? option.title : nothing}
        ><input type="radio" name=${name} aria-label=${option.sign ? option.title : nothing} .checked=${option.value === value} @change=${() => onChange(option.value)} />${option.sign ?? option.title}</label
      >`,
    )}
  </fieldset>`;
}

/** A drop-down list with its label before it. */
export function select<T extends string | number>({
  label,
  name,
  options,
  value,
  onChange,
}: ChoiceOptions<T>): TemplateResult {
  const onSelect = (event: Event): void => {
    const option = options[(event.target as HTMLSelectElement).selectedIndex];
    if (option) onChange(option.value);
  };
  return html`<label class="field"
    >${label}<select name=${name} @change=${onSelect}>
      ${options.map((option) => html`<option .selected=${option.value === value}>${option.title}</option>`)}
    </select></label
  >`;
}

export interface SliderOptions {
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  /** What the value reads as. */
  text: string;
  onInput(value: number): void;
}

export function slider({ label, min, max, step, value, text, onInput }: SliderOptions): TemplateResult {
  return html`<label class="slider"
    >${label}<input
      type="range"
      min=${min}
      max=${max}
      step=${step}
      .value=${String(value)}
      aria-valuetext=${text}
      @input=${(event: Event) => onInput((event.target as HTMLInputElement).valueAsNumber)}
    /><output>${text}</output></label
  >`;
}

export function check(label: string, isOn: boolean, onChange: (isOn: boolean) => void): TemplateResult {
  return html`<label class="check"
    ><input type="checkbox" .checked=${isOn} @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)} />${label}</label
  >`;
}
