/** The name of this host, as the configuration may use it. */
import { hostname } from "node:os";
import { isName } from "../core/host-name.ts";

export type LocalHost =
  { readonly kind: "host"; readonly host: string } | { readonly kind: "wrong"; readonly sentence: string };

/** `named` is what `--name` says; without it the system's own name. */
export function localHostOf(named: string | null): LocalHost {
  const host = named ?? hostname();
  if (isName(host)) return { kind: "host", host };
  const whose = named === null ? "the system's name" : "--name";
  const allowed = "a host's name has letters, digits, dots, colons, _ and -, at most 253 of them";
  const next = named === null ? "; give another one with --name HOST" : "";
  return { kind: "wrong", sentence: `${whose} is ${JSON.stringify(host)}, but ${allowed}${next}` };
}
