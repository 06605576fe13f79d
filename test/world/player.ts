/**
 * Plays worlds one after the other, in a process of their own: a daemon that ends by its own mistake throws where nobody
 * can catch it, and that is then the world's end and not the process'.
 */
import { World, type Outcome, type WorldOptions } from "./world.ts";

let playing: World | null = null;
let isGuarded = false;

export async function playWorld(options: WorldOptions): Promise<Outcome> {
  if (!isGuarded) {
    isGuarded = true;
    process.on("uncaughtException", (error) => {
      if (playing === null) throw error;
      playing.fail(error);
    });
  }
  playing = new World(options);
  const outcome = await playing.play();
  playing = null;
  /** Lets Node breathe between two worlds. */
  await new Promise((resolve) => setImmediate(resolve));
  return outcome;
}
