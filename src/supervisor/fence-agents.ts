/**
 * What a fence agent says of itself: `fence_x -o metadata` prints its parameters and actions. Parameters are checked
 * against it when the configuration is loaded, because an agent that is given a misspelt parameter warns, ignores it, and
 * reboots a machine.
 */
import type { AgentMetadata } from "../language/surroundings.ts";
import { askMetadata } from "./agent-metadata.ts";

/** Asks the agent at an absolute path; null if it cannot be run, takes too long, or prints no metadata. */
export function askFenceAgent(path: string): Promise<AgentMetadata | null> {
  return askMetadata(path, ["-o", "metadata"]);
}
