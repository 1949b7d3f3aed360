import { readEnvironment } from '../config/load.ts';
import { parseSeverity, SEVERITIES } from '../domain/severity.ts';
import { type Clock, systemClock } from '../domain/time.ts';
import type { Channel, Delivery } from '../notify/channel.ts';
import { createChannels } from '../notify/channels.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { plain } from '../notify/say/clean.ts';
import { testMessage } from '../notify/test-message.ts';
import { settle } from '../settle.ts';
import { who } from './who.ts';

export interface NotifyTestOptions {
  readonly severity?: string;
  readonly json?: boolean;
}

/** Sends one marked message through a channel of the config. Exit code 1 where it does not arrive, 2 for wrong use. */
export async function notifyTest(name: string, options: NotifyTestOptions): Promise<0 | 1 | 2> {
  const { config } = await settle(readEnvironment());
  const { code, text } = await tryChannel(config.notify, name, options, { by: who(), clock: systemClock });
  (code === 0 || options.json === true ? process.stdout : process.stderr).write(`${text}\n`);
  return code;
}

/** The same without the process around it. */
export async function tryChannel(
  config: NotifyConfig,
  name: string,
  { severity: wanted = 'low', json = false }: NotifyTestOptions,
  { by, clock }: { readonly by: string; readonly clock: Clock },
): Promise<{ readonly code: 0 | 1 | 2; readonly text: string }> {
  const say = (code: 0 | 1 | 2, outcome: string, detail: string) => {
    const line = outcome === 'sent' ? `${name} took it: ${detail}` : detail;
    return { code, text: json ? JSON.stringify({ channel: name, outcome, detail }) : line };
  };
  const severity = parseSeverity(wanted);
  if (severity === null) return say(2, 'wrong-use', `'${wanted}' is no severity; use one of ${SEVERITIES.join(', ')}`);
  const { channels, absent } = createChannels(config, { production: false, clock });
  const channel = channels.get(name);
  if (channel === undefined) {
    const why = absent.find((one) => one.name === name)?.why;
    if (why !== undefined) return say(1, 'absent', why);
    return say(
      2,
      'wrong-use',
      `'${name}' is no channel; use one of ${[...channels.keys(), ...absent.map((one) => one.name)].join(', ')}`,
    );
  }
  const delivery = await deliver(channel, testMessage(severity, by, clock.now()));
  switch (delivery.kind) {
    case 'sent': {
      const said = delivery.said ?? (plain(delivery.ref, 300) || 'it said no more');
      return say(0, 'sent', delivery.note === undefined ? said : `${said}; ${delivery.note}`);
    }
    case 'retry':
      return say(1, 'retry', `${delivery.why}. A page would be tried again, and go to the next channel meanwhile.`);
    case 'rejected':
      return say(1, 'rejected', `${delivery.why}. A page would go to every other channel.`);
  }
}

function deliver(channel: Channel, message: ReturnType<typeof testMessage>): Promise<Delivery> {
  const ctx = { signal: new AbortController().signal, ref: null, idempotencyKey: message.incident.id };
  return channel.test === undefined ? channel.send(message, ctx) : channel.test(message, ctx);
}
