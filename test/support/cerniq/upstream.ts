import { type Fake, startFake } from '../fakes/fake.ts';
import { SOURCES, type Source } from './names.ts';

/** Stands for one registry that enrichment asks: a health check and companies by number. */
async function startUpstream(source: Source): Promise<Fake> {
  return await startFake({
    name: source,
    routes(app) {
      app.get('/health', async () => ({ status: 'ok' }));
      app.get<{ Params: { cui: string } }>('/v1/company/:cui', async ({ params }) => ({
        cui: params.cui,
        source,
        active: true,
      }));
    },
  });
}

export async function startUpstreams(): Promise<Readonly<Record<Source, Fake>>> {
  const started = await Promise.all(SOURCES.map(async (source) => [source, await startUpstream(source)] as const));
  return Object.fromEntries(started) as Record<Source, Fake>;
}
