/** One thing that is wrong in a file that a person wrote, and what to do about it. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** One line for each fault, in the order of the files, in the form that editors and terminals make clickable. */
export function formatFaults(faults: readonly Fault[]): string {
  return sortFaults(faults)
    .map(
      ({ file, line, column, message, fix }) => `${file}:${line}:${column}: ${message}${fix === '' ? '' : ` — ${fix}`}`,
    )
    .join('\n');
}

export function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  return [...faults].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
