// An object whose keys are all known: what is not in the list is an error.
import { type TObject, type TProperties, Type } from '@sinclair/typebox';

export const closed = <T extends TProperties>(
  properties: T,
  options: { description: string; title?: string; defaultSnippets?: object[] },
): TObject<T> => Type.Object(properties, { additionalProperties: false, ...options });
