import { type Fake, startFake } from '../fake.ts';

/** What TimelinesAI says of a WhatsApp account. A banned one is answered 403. */
export type AccountState = 'connected' | 'disconnected' | 'qr_required' | 'banned';

export interface FakeTimelinesAi extends Fake {
  /** Sets, or adds, an account. */
  set(account: string, state: AccountState): void;
  state(account: string): AccountState | undefined;
}

/** The one call of TimelinesAI that the runbooks make: the status of an account. */
export async function startTimelinesAi(options: {
  readonly apiKey: string;
  readonly accounts?: Readonly<Record<string, AccountState>>;
}): Promise<FakeTimelinesAi> {
  const accounts = new Map(Object.entries(options.accounts ?? {}));
  const fake = await startFake({
    name: 'TimelinesAI',
    rejected: (status) => ({ status: 'error', message: `fault ${status}` }),
    routes(app) {
      app.get<{ Params: { account: string } }>('/v1/accounts/:account/status', async (request, reply) => {
        if (request.headers.authorization !== `Bearer ${options.apiKey}`) {
          return await reply.code(401).send({ status: 'error', message: 'Unauthorized' });
        }
        const { account } = request.params;
        const state = accounts.get(account);
        if (state === undefined) return await reply.code(404).send({ status: 'error', message: 'Account not found' });
        if (state === 'banned') {
          return await reply.code(403).send({ status: 'error', message: 'Account is banned by WhatsApp' });
        }
        return { status: 'ok', data: { account_id: account, status: state } };
      });
    },
  });
  return {
    ...fake,
    set: (account, state) => void accounts.set(account, state),
    state: (account) => accounts.get(account),
  };
}
