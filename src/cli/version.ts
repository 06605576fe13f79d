/** The version of the program, which the build takes from package.json. */

declare const FAILOVERD_VERSION: string | undefined;

/** `0.1.0`; `0.0.0-source` when it runs from the compiled sources, without a build. */
export const version: string = typeof FAILOVERD_VERSION === "string" ? FAILOVERD_VERSION : "0.0.0-source";
