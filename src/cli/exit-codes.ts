/** What the programs end with; scripts rely on these. */
export const exitCodes = {
  well: 0,
  /** It was asked, and the answer is not good: warnings, a rule that is blocked, a daemon that is not learned yet, a run whose end nobody saw. */
  notWell: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  noDaemon: 3,
  /** The daemon said no, or this user may not ask it. */
  refused: 4,
} as const;
