import type { Message } from '../message.ts';
import { cutGsm7, septets, toGsm7 } from './gsm7.ts';

/** Three segments of a message in several parts. */
export const MOST = 3 * 153;

/** A link that leaves room for what it is about. */
const LINK = 180;

/** One text message: what is wrong, the incident, where everything stands. It fits into three segments whatever it says. */
export function render({ headline, notes, incident, statusUrl }: Message): string {
  const id = cutGsm7(oneLine(incident.id), 60);
  // Half a link is none, and with another letter in it it leads elsewhere.
  const whole = statusUrl !== null && toGsm7(statusUrl) === statusUrl && septets(statusUrl) <= LINK;
  const tail = whole ? `\n${id}\n${statusUrl}` : `\n${id}`;
  const room = MOST - septets(tail);
  const what = cutGsm7(oneLine(headline), room);
  const note = oneLine(notes.join(' '));
  const left = room - septets(what) - 1;
  return `${what}${note !== '' && left >= 40 ? `\n${cutGsm7(note, left)}` : ''}${tail}`;
}

function oneLine(text: string): string {
  return toGsm7(text.replace(/\s+/g, ' ').trim());
}
