import { Secret } from './secret.ts';

/** Every secret that the config names and the environment does not set, with its place in the config. */
export function missingSecrets(
  value: unknown,
  path = '',
): readonly { readonly path: string; readonly origin: string }[] {
  if (value instanceof Secret) return value.missing ? [{ path, origin: value.origin }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => missingSecrets(item, path === '' ? key : `${path}.${key}`));
}
