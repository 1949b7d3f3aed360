import type { Progress } from './follow.ts';

/** Where people read along. */
export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  /** How things stand: redrawn in place on a terminal, one line for each change elsewhere. */
  show(progress: readonly Progress[]): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

export function openScreen(out: Output, colour: boolean): Screen {
  return out.isTTY ? terminal(out, colour) : plain(out);
}

function plain(out: Output): Screen {
  const shown = new Map<string, string>();
  return {
    say: (line) => void out.write(`${line}\n`),
    show(progress) {
      for (const one of progress) {
        if (shown.get(one.scenario.target) === one.phase) continue;
        shown.set(one.scenario.target, one.phase);
        out.write(`${columnsOf(one).join('  ').trimEnd()}\n`);
      }
    },
  };
}

function terminal(out: Output, colour: boolean): Screen {
  let drawn = 0;
  let frame = 0;
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  /** One write for all, so that nobody sees it half drawn. */
  const draw = (lines: readonly string[], stay: boolean) => {
    const erase = drawn > 0 ? `\u001b[${drawn}A\u001b[J` : '';
    out.write(`${erase}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = stay ? 0 : lines.length;
  };
  const sign = ({ ended, incident }: Progress): string => {
    if (!ended) return paint(36, FRAMES[frame % FRAMES.length] ?? '');
    return incident?.state === 'healed' ? paint(32, '✔') : paint(33, '☎');
  };
  return {
    say: (line) => draw([line], true),
    show(progress) {
      frame += 1;
      const width = Math.max((out.columns ?? 80) - 4, 20);
      // A line that wraps would be two to the terminal and one to us.
      draw(
        progress.map((one) => `${sign(one)} ${columnsOf(one).join('  ').slice(0, width)}`),
        false,
      );
    },
  };
}

/** Alert, rule, target, time and phase, the last one open-ended. */
function columnsOf({ scenario, incident, phase, seconds }: Progress): readonly string[] {
  const target = scenario.target.slice(scenario.target.indexOf(':') + 1);
  return [
    scenario.alert.padEnd(17),
    (incident?.rule ?? '').padEnd(18),
    target.padEnd(17),
    incident === null ? '       ' : `${seconds.toFixed(1).padStart(5)} s`,
    phase,
  ];
}
