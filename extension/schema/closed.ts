// An object of the config that knows all its keys.
import { type TObject, type TProperties, Type } from '@sinclair/typebox';

export const closed = <T extends TProperties>(
  properties: T,
  options: { description: string; title?: string; defaultSnippets?: object[]; default?: object },
): TObject<T> => Type.Object(properties, { additionalProperties: false, ...options });
