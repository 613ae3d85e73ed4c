/** What commands may ask for; commands know the application only through this door. */
export type { UseCases } from '../app/use-cases.ts';
