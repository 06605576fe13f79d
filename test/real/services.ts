/** The databases of the lab, as its writer and probers see them. */
import { openPostgres } from "./postgres-session.ts";
import { openRedis } from "./redis-session.ts";
import type { Open } from "./session.ts";

export type ServiceName = "postgres" | "redis";

export const services: Readonly<Record<ServiceName, { readonly open: Open; readonly port: number }>> = {
  postgres: { open: openPostgres, port: 5432 },
  redis: { open: openRedis, port: 6379 },
};

/** Throws an Error for what is no name of a service. */
export function parseServiceName(word: string | undefined): ServiceName {
  if (word === "postgres" || word === "redis") return word;
  throw new Error(`there is no service ${word}`);
}
