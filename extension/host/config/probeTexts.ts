// Where a config names its probes: the texts whose gates are kept at every epoch. Pure.
import { ConfigText } from '../../config/configText.ts';

export interface ProbeText {
  text: string;
  /** Place of the text in the config, in UTF-16 units. */
  offset: number;
}

export interface Probes {
  /** Place of the key. */
  offset: number;
  texts: ProbeText[];
}

/** Undefined where there is no such key, or no text in it. A config that is being typed is read as far as it goes. */
export function probesOf(configText: string): Probes | undefined {
  const config = new ConfigText(configText);
  const key = config.findKey(['probes']);
  const members = config.find(['probes'])?.children ?? [];
  const texts = members.flatMap(({ type, value, offset }) =>
    type === 'string' && String(value).trim() !== '' ? [{ text: String(value), offset }] : [],
  );
  return key && texts.length > 0 ? { offset: key.offset, texts } : undefined;
}
