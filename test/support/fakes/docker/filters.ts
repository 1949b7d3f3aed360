import type { Container } from './container.ts';

export type Filters = Readonly<Record<string, readonly string[]>>;

const KNOWN = ['label', 'name', 'status', 'health', 'id'];

/** The engine takes lists and, of old, maps from value to true. Answers with what is wrong, in the engine's words. */
export function readFilters(text: string | undefined): Filters | string {
  if (text === undefined || text === '') return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return `invalid character in filters: ${text}`;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'invalid filter';
  const filters: Record<string, readonly string[]> = {};
  for (const [key, values] of Object.entries(given as Record<string, unknown>)) {
    if (!KNOWN.includes(key)) return `invalid filter '${key}'`;
    if (typeof values !== 'object' || values === null) return `invalid filter '${key}=${String(values)}'`;
    filters[key] = Array.isArray(values) ? values.map(String) : Object.keys(values);
  }
  return filters;
}

/** All labels must match; of every other filter one value is enough. */
export function matches(container: Container, filters: Filters): boolean {
  const labels = filters.label ?? [];
  const one = (key: string, fits: (value: string) => boolean) => filters[key]?.some(fits) ?? true;
  return (
    labels.every((label) => hasLabel(container, label)) &&
    one('name', (value) => new RegExp(value).test(`/${container.name}`)) &&
    one('status', (value) => value === (container.running ? 'running' : 'exited')) &&
    one('health', (value) => value === container.health) &&
    one('id', (value) => container.id.startsWith(value))
  );
}

function hasLabel(container: Container, label: string): boolean {
  const [name = '', ...value] = label.split('=');
  return value.length === 0 ? name in container.labels : container.labels[name] === value.join('=');
}
