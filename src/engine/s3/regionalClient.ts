import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';

/**
 * Sends the SDK's commands, each to its bucket's region, by one client for each region, beginning
 * with the connection's own. A store refuses a request to the wrong region and names the right one
 * (301, or `AuthorizationHeaderMalformed`); that is remembered for the bucket, so that it happens
 * once. The SDK's own `followRegionRedirects` pays two requests each time, and changes the client's
 * region while other requests are under way.
 */
export class RegionalClient {
  readonly #home: string;
  /** For requests about no bucket: the connection's own, or the one that the store insists on. */
  #ofAccount: string;
  readonly #open: (region: string) => S3Client;
  readonly #clients = new Map<string, S3Client>();
  readonly #regions = new Map<string, string>();
  /** Requests for a bucket's region that are under way, by the bucket's name. */
  readonly #searches = new Map<string, Promise<void>>();

  constructor(home: string, open: (region: string) => S3Client) {
    this.#home = home;
    this.#ofAccount = home;
    this.#open = open;
  }

  /** Sends a command once. Throws what the SDK throws. */
  readonly send = ((command: BucketCommand, options: SendOptions) =>
    // One signature stands for the many of the SDK, which differ by command only.
    this.#send(command, options)) as S3Client['send'];

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #send(command: BucketCommand, options: SendOptions): Promise<unknown> {
    const { Bucket: bucket, Body: body } = command.input;
    if (bucket === undefined) return this.#sendForAccount(command, options);
    // A body is a stream, which cannot be sent twice.
    if (body !== undefined && !this.#regions.has(bucket)) await this.#search(bucket, options);
    const region = this.#regions.get(bucket) ?? this.#home;
    try {
      const answer = await this.#clientOf(region).send(command, options);
      this.#regions.set(bucket, region);
      return answer;
    } catch (error) {
      const named = namedRegion(error);
      if (named === undefined || named === region) throw error;
      this.#regions.set(bucket, named);
      if (body !== undefined) throw error;
      return await this.#clientOf(named).send(command, options);
    }
  }

  async #sendForAccount(command: BucketCommand, options: SendOptions): Promise<unknown> {
    const region = this.#ofAccount;
    try {
      return await this.#clientOf(region).send(command, options);
    } catch (error) {
      const named = namedRegion(error);
      if (named === undefined || named === region) throw error;
      this.#ofAccount = named;
      return await this.#clientOf(named).send(command, options);
    }
  }

  /** Learns a bucket's region. It does not throw: the request that follows meets the same failure. */
  #search(bucket: string, options: SendOptions): Promise<void> {
    let search = this.#searches.get(bucket);
    if (search === undefined) {
      const head = new HeadBucketCommand({ Bucket: bucket }) as BucketCommand;
      search = this.#send(head, options).then(
        () => undefined,
        () => undefined,
      );
      this.#searches.set(bucket, search);
      void search.then(() => this.#searches.delete(bucket));
    }
    return search;
  }

  #clientOf(region: string): S3Client {
    let client = this.#clients.get(region);
    if (client === undefined) {
      client = this.#open(region);
      this.#clients.set(region, client);
    }
    return client;
  }
}

type BucketCommand = Parameters<S3Client['send']>[0] & {
  readonly input: { readonly Bucket?: string; readonly Body?: unknown };
};
type SendOptions = Parameters<S3Client['send']>[1];

/** The region that a store names when it refuses a request for its region. */
function namedRegion(error: unknown): string | undefined {
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
const refusesRegion = new Set([301, 307, 400, 403]);

interface AnswerLike {
  readonly headers?: Readonly<Record<string, string>>;
}
