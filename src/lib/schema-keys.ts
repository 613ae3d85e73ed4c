import { z } from 'zod';

type Path = readonly PropertyKey[];
type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The keys that `schema` allows in the map at `path` of `content`; empty when it does not list them. Of a
 * union, only the shapes whose fixed values (such as `kind: a`) do not contradict the content count.
 */
export function allowedKeys(schema: z.ZodType, content: unknown, path: Path): string[] {
  const root = toJsonSchema(schema);
  if (root === undefined) return [];
  let value = content;
  let shapes = shapesOf(root, root, value);
  for (const step of path) {
    value = Object(value)[step];
    shapes = shapes.flatMap((shape) => {
      const inner = innerShape(shape, step);
      return inner === undefined ? [] : shapesOf(inner, root, value);
    });
  }
  const keys = shapes.flatMap((shape) => [
    ...Object.keys(shape.properties ?? {}),
    ...(typeof shape.propertyNames === 'object' ? (shape.propertyNames.enum ?? []).map(String) : []),
  ]);
  return [...new Set(keys)];
}

function toJsonSchema(schema: z.ZodType): JsonSchema | undefined {
  try {
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  } catch {
    // A schema that JSON Schema cannot express only costs the hint.
    return undefined;
  }
}

function innerShape(shape: JsonSchema, step: PropertyKey): JsonSchema | undefined {
  const inner =
    typeof step === 'number'
      ? (shape.prefixItems?.[step] ?? shape.items)
      : (shape.properties?.[String(step)] ?? shape.additionalProperties);
  return typeof inner === 'object' && !Array.isArray(inner) ? (inner as JsonSchema) : undefined;
}

/** The plain schemas behind references and unions that can be meant by `value`. */
function shapesOf(schema: JsonSchema, root: JsonSchema, value: unknown): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const target = schema.$ref === '#' ? root : root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return target === undefined ? [] : shapesOf(target, root, value);
  }
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (parts.length > 0) return parts.flatMap((part) => shapesOf(part as JsonSchema, root, value));
  return contradicts(schema, value) ? [] : [schema];
}

function contradicts(schema: JsonSchema, value: unknown): boolean {
  return Object.entries(schema.properties ?? {}).some(([key, property]) => {
    const found: unknown = Object(value)[key];
    return (
      typeof property === 'object' &&
      property.const !== undefined &&
      found !== undefined &&
      found !== property.const
    );
  });
}
