/** Where commands and answers come from. */
export interface Input {
  /** True when a person sits there; false when a script is run. */
  readonly isInteractive: boolean;
  /** The next command; undefined when there is none any more. The prompt is shown to a person only. */
  next(prompt: string): Promise<string | undefined>;
  /**
   * The answer to a question; undefined when there is none any more.
   * @throws ScriptError when the script goes on with something else than an answer.
   */
  ask(question: string): Promise<string | undefined>;
  /** Whether the script goes on with an answer; never true for a person. */
  hasAnswer(): Promise<boolean>;
  /** Such as `line 7`; empty for a person. */
  place(): string;
  close(): void;
}

/** A script that cannot be followed any further; the message says where and why. */
export class ScriptError extends Error {
  override name = 'ScriptError';
}
