import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DirectAnswer, DirectClient, DirectRequest } from './directClient';

/** Both ways to one region. */
export interface RegionClients {
  readonly sdk: S3Client;
  readonly direct: DirectClient;
}

/**
 * Sends requests, those of the SDK and our own, each to its bucket's region, by clients for each
 * region, beginning with the connection's own. A store refuses a request to the wrong region and names the right one
 * (301, or `AuthorizationHeaderMalformed`); that is remembered for the bucket, so that it happens
 * once. The SDK's own `followRegionRedirects` pays two requests each time, and changes the client's
 * region while other requests are under way.
 */
export class RegionalClient {
  readonly #home: string;
  /** For requests about no bucket: the connection's own, or the one that the store insists on. */
  #ofAccount: string;
  readonly #open: (region: string) => RegionClients;
  readonly #clients = new Map<string, RegionClients>();
  readonly #regions = new Map<string, string>();
  /** Requests for a bucket's region that are under way, by the bucket's name. */
  readonly #searches = new Map<string, Promise<void>>();

  constructor(home: string, open: (region: string) => RegionClients) {
    this.#home = home;
    this.#ofAccount = home;
    this.#open = open;
  }

  /** Sends a command once. Throws what the SDK throws. */
  readonly send = ((command: BucketCommand, options: SendOptions) =>
    // One signature stands for the many of the SDK, which differ by command only.
    this.#route(command.input.Bucket, undefined, ({ sdk }) =>
      sdk.send(command, options),
    )) as S3Client['send'];

  /** Sends a request once, without the SDK. Throws what the SDK would throw. */
  async request(request: DirectRequest, signal: AbortSignal): Promise<DirectAnswer> {
    const { bucket, body } = request;
    // Bytes are not to go out in vain.
    if (body !== undefined && !this.#regions.has(bucket)) await this.#search(bucket, signal);
    return this.#route(bucket, body, ({ direct }) => direct.send(request, signal));
  }

  destroy(): void {
    for (const { sdk } of this.#clients.values()) sdk.destroy();
  }

  async #route<T>(
    bucket: string | undefined,
    body: unknown,
    send: (clients: RegionClients) => Promise<T>,
  ): Promise<T> {
    if (bucket === undefined) return this.#routeForAccount(send);
    const region = this.#regions.get(bucket) ?? this.#home;
    try {
      const answer = await send(this.#clientsOf(region));
      this.#regions.set(bucket, region);
      return answer;
    } catch (error) {
      const named = namedRegion(error);
      if (named === undefined || named === region) throw error;
      this.#regions.set(bucket, named);
      if (body !== undefined) throw error;
      return send(this.#clientsOf(named));
    }
  }

  async #routeForAccount<T>(send: (clients: RegionClients) => Promise<T>): Promise<T> {
    const region = this.#ofAccount;
    try {
      return await send(this.#clientsOf(region));
    } catch (error) {
      const named = namedRegion(error);
      if (named === undefined || named === region) throw error;
      this.#ofAccount = named;
      return send(this.#clientsOf(named));
    }
  }

  /** Learns a bucket's region. It does not throw: the request that follows meets the same failure. */
  #search(bucket: string, abortSignal: AbortSignal): Promise<void> {
    let search = this.#searches.get(bucket);
    if (search === undefined) {
      search = this.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal }).then(
        () => undefined,
        () => undefined,
      );
      this.#searches.set(bucket, search);
      void search.then(() => this.#searches.delete(bucket));
    }
    return search;
  }

  #clientsOf(region: string): RegionClients {
    let clients = this.#clients.get(region);
    if (clients === undefined) {
      clients = this.#open(region);
      this.#clients.set(region, clients);
    }
    return clients;
  }
}

type BucketCommand = Parameters<S3Client['send']>[0] & {
  readonly input: { readonly Bucket?: string };
};
type SendOptions = Parameters<S3Client['send']>[1];

/**
 * The region that a store names when it refuses a request for its region. The name becomes a part of
 * the host that the next request goes to, so that it must be no more than a name.
 */
function namedRegion(error: unknown): string | undefined {
  const named = saidRegion(error);
  return named !== undefined && /^[a-z0-9-]+$/i.test(named) ? named : undefined;
}

function saidRegion(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { httpStatusCode: status } = error.$metadata as { readonly httpStatusCode?: number };
  if (status === undefined || !refusesRegion.has(status)) return undefined;
  const response = '$response' in error ? (error.$response as AnswerLike | undefined) : undefined;
  const told = response?.headers?.['x-amz-bucket-region'];
  if (told !== undefined) return told;
  if ('Region' in error && typeof error.Region === 'string') return error.Region;
  // Not every store repeats in an element what the words of AWS say.
  return /\bexpecting ['"]([a-z0-9-]+)['"]/.exec(error.message)?.[1];
}

/** Redirects, and what stores answer to a signature that was made for another region. */
const refusesRegion = new Set([301, 302, 307, 308, 400, 403]);

interface AnswerLike {
  readonly headers?: Readonly<Record<string, string>>;
}
