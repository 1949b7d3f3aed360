export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly at?: Date;
}

type Query = Readonly<Record<string, string | undefined>>;

/** The lines that the query asks for, or what is wrong with the query. */
export function selectLogs(lines: readonly LogLine[], query: Query): readonly LogLine[] | string {
  const on = (name: string) => query[name] === '1' || query[name] === 'true';
  if (!on('stdout') && !on('stderr')) return 'Bad parameters: you must choose at least one stream';
  const since = Number(query.since ?? 0) * 1_000;
  const chosen = lines
    .filter((line) => on(line.stream) && (line.at?.getTime() ?? Number.POSITIVE_INFINITY) >= since)
    .map((line) =>
      on('timestamps') ? { ...line, text: `${(line.at ?? new Date(0)).toISOString()} ${line.text}` } : line,
    );
  const tail = Number(query.tail ?? Number.NaN);
  return Number.isInteger(tail) ? chosen.slice(chosen.length - Math.min(tail, chosen.length)) : chosen;
}

/** Without a terminal both streams share one connection: eight bytes tell which one and how long, then the bytes follow. */
export function frames(lines: readonly LogLine[]): Buffer {
  return Buffer.concat(
    lines.flatMap(({ stream, text }) => {
      const body = Buffer.from(`${text}\n`);
      const head = Buffer.alloc(8);
      head.writeUInt8(stream === 'stdout' ? 1 : 2, 0);
      head.writeUInt32BE(body.length, 4);
      return [head, body];
    }),
  );
}
