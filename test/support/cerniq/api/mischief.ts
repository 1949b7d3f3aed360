import type { FastifyReply, FastifyRequest } from 'fastify';

type Kind = 'fails' | 'hangs' | 'lies';

/** Troubles of the API itself. Without a path they befall all of it; a path befalls what begins with it. */
export interface Mischief {
  set(kind: Kind, path?: string): () => void;
}

/**
 * `fails` answers 500, `hangs` never answers, `lies` answers a changing request as if it had been done and does nothing.
 * Metrics stay as they are: they are how the world is seen, not how it is changed.
 */
export function mischief(): {
  readonly controls: Mischief;
  hook(request: FastifyRequest, reply: FastifyReply): Promise<void>;
} {
  const active = new Set<{ readonly kind: Kind; readonly path: string }>();
  return {
    controls: {
      set(kind, path = '/') {
        const trouble = { kind, path };
        active.add(trouble);
        return () => void active.delete(trouble);
      },
    },
    async hook({ url, method }, reply) {
      const befalls = (kind: Kind) =>
        !url.startsWith('/metrics') && [...active].some((one) => one.kind === kind && url.startsWith(one.path));
      if (befalls('hangs')) {
        reply.hijack();
        return;
      }
      if (befalls('fails'))
        await reply.code(500).send({ error: { code: 'INTERNAL', message: 'Something went wrong' } });
      else if (befalls('lies') && method !== 'GET') await reply.send({ success: true });
    },
  };
}
