/**
 * A URL path whose inserted parts are escaped, so that a label can neither leave its segment nor add a query:
 * path`/phones/${id}/resume`.
 *
 * @throws Error where a part is empty, `.` or `..`, which servers would resolve to another path.
 */
export function path(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  let text = strings[0] ?? '';
  parts.forEach((part, i) => {
    if (part === '' || part === '.' || part === '..') throw new Error(`'${part}' cannot stand in a URL path`);
    text += encodeURIComponent(part) + (strings[i + 1] ?? '');
  });
  return text;
}
