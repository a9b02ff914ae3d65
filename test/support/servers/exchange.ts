import type { Fault } from './faults';

/** One request, and what became of it, as a proxy between the engine and a store has seen it. */
export interface Exchange {
  readonly method: string;
  /** Method and path, without what a store has drawn. */
  readonly asked: string;
  readonly key: string;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** When it arrived; milliseconds since 1970. */
  readonly begunAt: number;
  readonly fault: Fault | undefined;
  /** What the store answered; undefined where it has not, or was not asked. */
  status: number | undefined;
  answeredAt: number | undefined;
  /** Of the bytes that the store had when it answered, in hexadecimal: the ETag of an object that was put. */
  bodyMd5: string | undefined;
  /** Whether the answer went out to its end. */
  isHeard: boolean;
}

/** Whether it put a whole object, and the store says that it has it. */
export function isStoredPut({ method, asked, status }: Exchange): boolean {
  return method === 'PUT' && !asked.includes('partNumber=') && status === 200;
}

/** Whether whoever asked has to ask again: nothing came, or not all of it, or a refusal that passes. */
export function isInVain({ fault, status, isHeard }: Exchange): boolean {
  return (
    fault !== undefined || !isHeard || (status ?? 500) >= 500 || status === 403 || status === 409
  );
}
