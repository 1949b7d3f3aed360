/**
 * Takes the lines out of a container's log. Without a terminal both streams come as one, in frames: eight bytes that
 * tell which stream and how long, then the text.
 */
export function readLog(body: Buffer, tty: boolean): readonly string[] {
  const text = tty ? body.toString('utf8') : Buffer.concat(frames(body)).toString('utf8');
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function frames(body: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= body.length; ) {
    const length = body.readUInt32BE(at + 4);
    parts.push(body.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return parts;
}
