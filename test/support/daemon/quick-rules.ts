import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const SHIPPED = fileURLToPath(new URL('../../../rules/', import.meta.url));

/** How long outcomes are watched, in the words of a rule. */
export interface Watching {
  readonly within: string;
  readonly every: string;
  readonly hold: string;
  /** How long a trouble must have been gone before what was changed for it is taken back. */
  readonly allClear?: string;
}

interface WrittenRule {
  readonly do?: readonly { readonly all_clear?: object }[];
}

/**
 * Writes the shipped rules into a folder, all as they are but for how long outcomes are watched: nobody holds two minutes
 * for an audience. What stands in `rules/` is thus what is shown and tested.
 */
export async function writeQuickRules(folder: string, { allClear, ...verify }: Watching): Promise<void> {
  const quick = (attempt: NonNullable<WrittenRule['do']>[number]) =>
    attempt.all_clear === undefined || allClear === undefined
      ? attempt
      : { ...attempt, all_clear: { ...attempt.all_clear, after: allClear } };
  const names = (await readdir(SHIPPED)).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  for (const name of names) {
    const { rules } = parse(await readFile(join(SHIPPED, name), 'utf8')) as { readonly rules: readonly WrittenRule[] };
    await writeFile(
      join(folder, name),
      stringify({ rules: rules.map((rule) => ({ ...rule, do: (rule.do ?? []).map(quick), verify })) }),
    );
  }
}
