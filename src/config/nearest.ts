/** The candidate that a person most likely meant, or null where none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  // Words that a person wrote are short; a long one is something else, and comparing it would cost its square.
  if (word.length > 100) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** `did you mean 'x'?`, or the list of what is allowed where nothing is close. */
export function suggest(word: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const meant = nearest(word, all);
  if (meant !== null) return `did you mean '${meant}'?`;
  return all.length === 0 ? 'remove it' : `use one of ${all.slice(0, 20).join(', ')}${all.length > 20 ? ', …' : ''}`;
}

/** Insertions, deletions, replacements, and two neighbours swapped, which is the commonest slip of all. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
