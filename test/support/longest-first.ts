import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What waits for a minute and more, most of it for something to come back. Begun last, it would be waited for alone. */
const LONG = [
  'survival/outages',
  'survival/journal-kill',
  'survival/storm-kill',
  'engine/races',
  'remediations/cerniq-world',
  'simulate/promises',
];

/** Starts the longest files first, so that no worker stands idle at the end. On a fresh machine nobody has measured them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((part) => moduleId.includes(part));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
