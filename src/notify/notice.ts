/** News for the team that belongs to no incident. Nobody is woken for it. */
export interface Notice {
  readonly title: string;
  readonly lines: readonly string[];
}
