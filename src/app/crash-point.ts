/**
 * A named place where a test may stop the process, such as `declare.after_commit`; nothing in production.
 * What happens there never changes what is decided.
 */
export type CrashPoint = (name: string) => Promise<void> | void;
