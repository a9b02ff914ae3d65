import { S3Client } from '@aws-sdk/client-s3';
import type { Bucket } from '../ports/bucket';
import type { Connection } from '../ports/connection';
import { clockOffsetBy } from './clockOffset';
import { defaultCredentials } from './credentials';
import { Failure } from '../failures/failure';
import { collectBounded } from './collectBounded';
import { proveAnswers } from './proveAnswers';
import { regionalClient } from './regionalClient';
import { etagCaseOf } from './answerField';
import type { StoreTraits } from './bucketContext';
import { conditionSupport } from './conditionSupport';
import { s3Account } from './s3Account';
import { s3Bucket } from './s3Bucket';
import type { ConnectionSettings } from '../config/settings';
import { TransferControl } from '../network/transferControl';
import { openTransport, type Transport } from './transport';

/**
 * All bodies of the connection's uploads go by `traffic`. `onWeakness` is told, once for each, what
 * a store turns out not to be able to do that its users should know of.
 */
export function openConnection(
  settings: ConnectionSettings,
  traffic: TransferControl = new TransferControl(),
  transport: Transport = openTransport(),
  onWeakness: (message: string) => void = () => undefined,
): Connection {
  const endpoint = settings.endpoint ?? 'AWS';
  const isAws = settings.endpoint === undefined || isAmazonHost(settings.endpoint);
  const traits: StoreTraits = {
    clockOffset: 0,
    crc32: isAws ? { put: 'taken', upload: 'taken' } : { put: 'untried', upload: 'untried' },
    etagCase: 'lower',
  };
  const home = settings.region ?? 'us-east-1';
  const client = regionalClient(home, region => {
    const opened = new S3Client({
      credentials: defaultCredentials(settings.profile),
      region,
      ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
      // They are in the settings already; read once more, they would go by another profile.
      ignoreConfiguredEndpointUrls: true,
      forcePathStyle: settings.forcePathStyle,
      requestHandler: transport.handler,
      streamCollector: collectBounded,
      // Retrying is `attempt`'s business: the SDK's shared quota fails big parallel batches.
      maxAttempts: 1,
      // It costs a round trip for each large body, and some stores never answer it.
      expectContinueHeader: false,
      // Stores other than AWS know no trailing checksums; ours travel as plain headers.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    opened.middlewareStack.add(
      next => async args => {
        const sentAt = Date.now();
        const result = await next(args);
        const { headers } = result.response as ResponseWithHeaders;
        const offset = clockOffsetBy(headers?.['date'], sentAt, Date.now());
        if (offset !== undefined) traits.clockOffset = offset;
        traits.etagCase = etagCaseOf(headers?.['etag']) ?? traits.etagCase;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'learnTraits' },
    );
    proveAnswers(opened);
    return opened;
  });

  const account = s3Account({ client, endpoint, region: home });
  /** One for each name: what is learned of a bucket holds for all who use it. */
  const buckets = new Map<string, Bucket>();
  const bucketNamed = (name: string): Bucket => {
    const conditions = conditionSupport(isAws ? 'honoured' : 'unknown');
    const known =
      buckets.get(name) ??
      s3Bucket({ client, endpoint, traits, traffic, name, conditions, onWeakness });
    buckets.set(name, known);
    return known;
  };

  return {
    endpoint,
    account,
    async check({ target, ...how }) {
      try {
        if (target === undefined) {
          await account.buckets({ limit: 1, ...how });
        } else {
          const { bucket, prefix } = target;
          const pages = bucketNamed(bucket).list({
            prefix,
            pageSize: 1,
            ...how,
          });
          await pages[Symbol.asyncIterator]().next();
        }
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'access-denied') throw error;
      }
    },
    bucket: bucketNamed,
    close() {
      client.destroy();
      transport.close();
    },
  };
}

function isAmazonHost(endpoint: string): boolean {
  const host = new URL(endpoint).hostname;
  return host.endsWith('.amazonaws.com') || host.endsWith('.amazonaws.com.cn');
}

interface ResponseWithHeaders {
  readonly headers?: Readonly<Record<string, string>>;
}
