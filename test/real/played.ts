/** The cases as they are asked for from outside of the lab: each is played in a world of its own. */
import type { Played } from "./cases.ts";
import type { ServiceName } from "./services.ts";
import { inWorld } from "./world.ts";

export interface Asked {
  readonly service: ServiceName;
  readonly name: string;
}

const names = ["kill", "switchover", "cut", "unfenced"];

export const allCases: readonly Asked[] = (["postgres", "redis"] as const).flatMap((service) =>
  names.map((name) => ({ service, name })),
);

/** Plays it once. Throws an Error, with all that was said, if something is not as it has to be. */
export async function play({ service, name }: Asked): Promise<Played> {
  return parsePlayed(await inWorld("play.js", service, name));
}

function parsePlayed(text: string): Played {
  const played: Played = JSON.parse(text);
  return played;
}
