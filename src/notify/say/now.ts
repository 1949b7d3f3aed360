import type { Time } from '../../domain/time.ts';
import type { IncidentView } from '../view.ts';
import { cleanLine } from './clean.ts';
import { when } from './when.ts';

/** Who is at it now. Somebody about to log in must know whether remedyd may change something under their hands. */
export function nowAt({ incident, runs }: IncidentView, now: Time): string {
  const person = incident.ackedBy === null ? null : cleanLine(incident.ackedBy, 60);
  // Who closed it is named by the headline.
  const had = person === null || incident.reason === 'closed-by-person' ? '' : ` ${person} had it.`;
  const running = runs.at(-1);
  const repair = running === undefined ? 'a repair' : cleanLine(running.remediation, 100);
  const again = incident.askAt === null ? '' : ` It looks again at ${when(incident.askAt, now)}.`;
  const stopped = `remedyd ${runs.length === 0 ? 'changes nothing here' : 'has stopped and will change nothing more'}.`;
  switch (incident.state) {
    case 'received':
      return incident.reason === 'approved'
        ? 'It was approved. The guardrails are asked once more, then it runs.'
        : 'remedyd is deciding what to do.';
    case 'observing':
      return 'remedyd only watches this one. It will change nothing.';
    case 'held':
      return `remedyd is waiting and changes nothing for now.${again}`;
    case 'approving':
      return 'remedyd waits for an answer and changes nothing until then.';
    case 'running':
      return `remedyd is running ${repair} right now. Pause it before you change the same thing by hand.`;
    case 'verifying':
      return `remedyd has run ${repair} and is checking whether it helped.`;
    case 'escalated':
      return `${person === null ? 'Nobody has taken it yet' : `${person} has it`}. ${stopped}`;
    case 'healed':
      return `${running === undefined ? 'It is over' : `${repair} helped`}.${had}`;
    case 'ignored':
      return 'remedyd does nothing about it.';
    case 'closed':
      return `The incident is closed.${had}`;
  }
}
