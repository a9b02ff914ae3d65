import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';

/** What sends the SDK's commands, each to its bucket's region. */
export type RegionalClient = Pick<S3Client, 'send' | 'destroy'>;

/**
 * One client for each region that buckets turn out to be in, beginning with the connection's own. A
 * store refuses a request to the wrong region and says which is right; that is remembered for the
 * bucket, so that it happens once. The SDK's own way pays two requests each time, and changes the
 * client's region under the feet of requests that run beside.
 */
export function regionalClient(home: string, open: (region: string) => S3Client): RegionalClient {
  const clients = new Map<string, S3Client>();
  const regions = new Map<string, string>();
  const searches = new Map<string, Promise<void>>();

  function clientOf(region: string): S3Client {
    let client = clients.get(region);
    if (client === undefined) {
      client = open(region);
      clients.set(region, client);
    }
    return client;
  }

  async function send(command: BucketCommand, options: SendOptions): Promise<unknown> {
    const { Bucket: bucket, Body: body } = command.input;
    if (bucket === undefined) return clientOf(home).send(command, options);
    // A body is a stream, which cannot be sent twice.
    if (body !== undefined && !regions.has(bucket)) await search(bucket, options);
    const region = regions.get(bucket) ?? home;
    try {
      const answer = await clientOf(region).send(command, options);
      regions.set(bucket, region);
      return answer;
    } catch (error) {
      const told = toldRegion(error);
      if (told === undefined || told === region) throw error;
      regions.set(bucket, told);
      if (body !== undefined) throw error;
      return await clientOf(told).send(command, options);
    }
  }

  /** Learns a bucket's region, for all who wait for it; what goes wrong here they meet themselves. */
  function search(bucket: string, options: SendOptions): Promise<void> {
    let searching = searches.get(bucket);
    if (searching === undefined) {
      const head = new HeadBucketCommand({ Bucket: bucket }) as BucketCommand;
      searching = send(head, options).then(
        () => undefined,
        () => undefined,
      );
      searches.set(bucket, searching);
      void searching.then(() => searches.delete(bucket));
    }
    return searching;
  }

  return {
    // One signature stands for the many of the SDK, which differ by command only.
    send: send as S3Client['send'],
    destroy() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

type BucketCommand = Parameters<S3Client['send']>[0] & {
  readonly input: { readonly Bucket?: string; readonly Body?: unknown };
};
type SendOptions = Parameters<S3Client['send']>[1];

/** The region that a store names when it refuses a request for its region. */
function toldRegion(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { httpStatusCode: status } = error.$metadata as { readonly httpStatusCode?: number };
  // 400 stands for a signature made for another region.
  if (status !== 301 && status !== 400) return undefined;
  const response = '$response' in error ? (error.$response as AnswerLike | undefined) : undefined;
  const told = response?.headers?.['x-amz-bucket-region'];
  if (told !== undefined) return told;
  return 'Region' in error && typeof error.Region === 'string' ? error.Region : undefined;
}

interface AnswerLike {
  readonly headers?: Readonly<Record<string, string>>;
}
