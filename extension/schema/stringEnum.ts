// A string of a fixed set as one JSON Schema `enum` (TypeBox's own union of literals becomes an `anyOf`, which editors show badly).
import { Kind, type TUnsafe, Type, TypeRegistry } from '@sinclair/typebox';

interface StringEnumOptions<T extends string> {
  description: string;
  default?: T;
  /** One per value, shown in completion. */
  enumDescriptions?: string[];
}

const STRING_ENUM = 'StringEnum';
TypeRegistry.Set(
  STRING_ENUM,
  (schema: { enum: string[] }, value) => typeof value === 'string' && schema.enum.includes(value),
);

export function stringEnum<T extends string>(values: readonly T[], options: StringEnumOptions<NoInfer<T>>): TUnsafe<T> {
  return Type.Unsafe<T>({ [Kind]: STRING_ENUM, type: 'string', enum: [...values], ...options });
}
