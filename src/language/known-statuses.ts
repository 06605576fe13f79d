/** The statuses that are words of the language; a report may name others. */

/** `conflict`: of a host whose checks do not agree about its role. */
export const knownStatuses = ["ok", "warning", "critical", "unknown", "down", "master", "slave", "conflict"] as const;
