/** The cases as they are asked for from outside of the lab: each is played in a world of its own. */
import type { Played } from "./cases.ts";
import type { ServiceName } from "./services.ts";
import { inWorld } from "./world.ts";

export interface Asked {
  readonly service: ServiceName;
  readonly name: string;
}

const names = ["kill", "switchover", "cut", "unfenced"];

export const allCases: readonly Asked[] = [
  ...names.map((name) => ({ service: "postgres", name }) as const),
  ...[...names, "agents"].map((name) => ({ service: "redis", name }) as const),
];

/** Plays it once. Throws an Error, with all that was said, if something is not as it has to be. */
export async function play({ service, name }: Asked): Promise<Played> {
  return parsePlayed(await inWorld("play.js", service, name));
}

function parsePlayed(text: string): Played {
  const played: Played = JSON.parse(text);
  return played;
}
