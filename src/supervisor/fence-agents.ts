/**
 * What a fence agent says of itself: `fence_x -o metadata` prints its parameters and actions. Parameters are checked
 * against it when the configuration is loaded, because an agent that is given a misspelt parameter warns, ignores it, and
 * reboots a machine.
 */
import { askMetadata, type MetadataAnswer } from "./agent-metadata.ts";

/** Asks the agent at an absolute path. */
export function askFenceAgent(path: string): Promise<MetadataAnswer> {
  return askMetadata(path, ["-o", "metadata"]);
}
