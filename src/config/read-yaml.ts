import { readFile, stat } from 'node:fs/promises';
import type { Fault } from './faults.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

/** Reads a YAML file from the disk. Never throws: a file that cannot be read is a fault like any other. */
export async function readYaml(file: string): Promise<YamlFile | { readonly faults: readonly Fault[] }> {
  try {
    // A pipe or a device would be read for ever.
    if (!(await stat(file)).isFile()) return { faults: [wholeFile(file, 'it is no file', 'remove it')] };
    return parseYaml(file, await readFile(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      faults: [wholeFile(file, `the file cannot be read: ${why}`, 'create it, or correct its path and permissions')],
    };
  }
}

/** A fault of a file as a whole. */
export function wholeFile(file: string, message: string, fix: string): Fault {
  return { file, line: 1, column: 1, message, fix };
}
