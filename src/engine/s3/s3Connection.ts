import type { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { awsStore, storeOf } from '../../protocol/endpoint';
import type { KnownCapability } from '../../protocol/buckets';
import type { StoreWeakness } from '../../protocol/host';
import type { CallerIdentity, SignInOutcome } from '../../protocol/credentials';
import type { FailureCode } from '../../protocol/failures';
import { sourceIn, type ConnectionSettings, type CredentialSource } from '../config/settings';
import { Failure } from '../failures/failure';
import { fromStoreError, noteNeededRight } from '../failures/storeErrors';
import { TransferControl } from '../network/transferControl';
import type { Account } from '../ports/account';
import type { Bucket } from '../ports/bucket';
import { noMemory, type CapabilityMemory } from '../ports/capabilityMemory';
import type { CheckRequest, Connection, SignInRequest } from '../ports/connection';
import { etagCaseOf } from './answerField';
import type { StoreClock } from './bucketContext';
import { askWhoCalls } from './callerIdentity';
import { areSameKeys, CredentialCache, type UsedKeys } from './credentialCache';
import type { Identity } from './credentialProcess';
import { DirectClient } from './directClient';
import { LearnedCapabilities } from './learnedCapabilities';
import { collectBounded, proveAnswers } from './proveAnswers';
import { rightOfCommand, rightOfRequest } from './neededRight';
import { RegionalClient, type RegionClients } from './regionalClient';
import { S3Account } from './s3Account';
import { S3Bucket } from './s3Bucket';
import { signIn } from './signIn';
import { forAnotherBucket, storeCapabilities, type StoreCapabilities } from './storeCapabilities';
import { clockOffsetMs, Transport } from './transport';

export interface S3ConnectionOptions {
  /** All bodies of the connection's uploads go by it. */
  readonly traffic?: TransferControl;
  readonly transport?: Transport;
  /** Connections that share it have their credentials of one resolution. */
  readonly credentials?: CredentialCache;
  /** What earlier connections have learned of the buckets; without it, all is learned anew. */
  readonly memory?: CapabilityMemory;
  /**
   * Called, once for each, with what the store turns out not to be able to do that its users should
   * know.
   */
  readonly onWeakness?: ((weakness: StoreWeakness) => void) | undefined;
}

/** The `Connection` port over S3. */
export class S3Connection implements Connection {
  readonly endpoint: string;
  readonly store: string;
  readonly account: Account;
  readonly #settings: ConnectionSettings;
  readonly #source: CredentialSource;
  readonly #traffic: TransferControl;
  readonly #transport: Transport;
  readonly #credentials: CredentialCache;
  readonly #onWeakness: (weakness: StoreWeakness) => void;
  readonly #client: RegionalClient;
  readonly #ways: 'aws' | 'unknown';
  /** What is known of the endpoint; each bucket adds what is known of itself. */
  readonly #capabilities: StoreCapabilities;
  readonly #clock: StoreClock = { offsetMs: 0 };
  /** What the latest request was signed with that the store has carried out. */
  #accepted: UsedKeys | undefined;
  readonly #memory: CapabilityMemory;
  /** By name: what is learned of a bucket holds for all who use it. */
  readonly #buckets = new Map<string, { readonly bucket: Bucket; learned: LearnedCapabilities }>();
  /** As the store has called itself in its first answer; empty where it has not. */
  #server: string | undefined;

  constructor(
    settings: ConnectionSettings,
    {
      traffic = new TransferControl(),
      transport = new Transport(settings, traffic.requests),
      credentials = new CredentialCache(),
      onWeakness = () => undefined,
      memory = noMemory,
    }: S3ConnectionOptions = {},
  ) {
    this.#settings = settings;
    this.#source = sourceIn(settings);
    this.#traffic = traffic;
    this.#transport = transport;
    this.#credentials = credentials;
    credentials.heed(settings);
    this.#onWeakness = onWeakness;
    this.#memory = memory;
    this.endpoint = settings.endpoint ?? awsStore;
    this.store = storeOf(settings.endpoint);
    this.#ways = this.store === awsStore ? 'aws' : 'unknown';
    this.#capabilities = storeCapabilities(this.#ways);
    const region = settings.region ?? 'us-east-1';
    this.#client = new RegionalClient(region, each => this.#openClients(each));
    this.account = new S3Account({ client: this.#client, endpoint: this.endpoint, region });
  }

  async check({ target, ...request }: CheckRequest): Promise<void> {
    try {
      if (target === undefined) {
        await this.account.buckets({ limit: 1, ...request });
      } else {
        const { bucket, prefix } = target;
        const pages = this.bucket(bucket).list({ prefix, pageSize: 1, ...request });
        await pages[Symbol.asyncIterator]().next();
      }
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'access-denied') throw error;
    }
  }

  bucket(name: string): Bucket {
    return this.#open(name).bucket;
  }

  capabilitiesOf(name: string): readonly KnownCapability[] {
    return this.#open(name).learned.list();
  }

  #open(name: string): { readonly bucket: Bucket; readonly learned: LearnedCapabilities } {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const capabilities = forAnotherBucket(this.#capabilities, this.#ways);
    const learned = new LearnedCapabilities({
      // Amazon's own need not be learned.
      memory: this.#ways === 'aws' ? noMemory : this.#memory,
      store: this.store,
      bucket: name,
      capabilities,
    });
    learned.heard(this.#server);
    const bucket = new S3Bucket({
      client: this.#client,
      endpoint: this.endpoint,
      name,
      capabilities,
      learned,
      clock: this.#clock,
      traffic: this.#traffic,
      storage: this.#settings.storage,
      onWeakness: this.#onWeakness,
    });
    const opened = { bucket, learned };
    this.#buckets.set(name, opened);
    return opened;
  }

  tryAgain(): void {
    this.#credentials.tryAgain(this.#source);
  }

  async caller(signal: AbortSignal): Promise<CallerIdentity | undefined> {
    try {
      return await askWhoCalls({
        settings: this.#settings,
        identity: await this.#credentials.get(this.#source),
        transport: this.#transport,
        signal: AbortSignal.any([signal, AbortSignal.timeout(callerTimeoutMs)]),
      });
    } catch {
      // Many stores do not know the question, and nothing depends on the answer.
      return undefined;
    }
  }

  signIn(request: SignInRequest): Promise<SignInOutcome> {
    if (typeof this.#source === 'object') return Promise.resolve({ kind: 'not-needed' });
    return signIn(this.#source, this.#transport, request);
  }

  close(): void {
    this.#client.destroy();
    this.#transport.close();
  }

  /** Returns the clients for one region. Nothing is sent yet. */
  #openClients(region: string): RegionClients {
    const { endpoint, forcePathStyle } = this.#settings;
    const client = new S3Client({
      credentials: async () => askedEachTime(await this.#credentials.get(this.#source)),
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      // They are in the settings already; read once more, they would go by another profile.
      ignoreConfiguredEndpointUrls: true,
      forcePathStyle,
      requestHandler: this.#transport.handler,
      streamCollector: (stream: Readable) => collectBounded(stream),
      // Retrying is `attempt`'s business: the SDK's shared quota fails big parallel batches.
      maxAttempts: 1,
      // It costs a round trip for each large body, and some stores never answer it.
      expectContinueHeader: false,
      // Stores other than AWS know no trailing checksums; ours travel as plain headers.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    client.middlewareStack.add(
      next => async args => {
        const sentAt = Date.now();
        const result = await next(args);
        this.#learn((result.response as ResponseWithHeaders).headers, sentAt);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'learnFromAnswers' },
    );
    client.middlewareStack.add(
      (next, { commandName }) =>
        async args => {
          const { headers } = args.request as RequestWithHeaders;
          try {
            const result = await next(args);
            this.#accepted = usedKeys(headers);
            return result;
          } catch (error) {
            noteNeededRight(error, rightOfCommand(commandName, error));
            throw await this.#afterRefusal(error, headers);
          }
        },
      { step: 'finalizeRequest', priority: 'low', name: 'noteRefusedCredentials' },
    );
    proveAnswers(client);
    const direct = new DirectClient({
      sdk: client,
      transport: this.#transport,
      onAnswer: (headers, sentAt) => {
        this.#learn(headers, sentAt);
      },
      onSuccess: headers => {
        this.#accepted = usedKeys(headers);
      },
      onFailure: (error, request, headers) => {
        noteNeededRight(error, rightOfRequest(request, error));
        return this.#afterRefusal(error, headers);
      },
    });
    return { sdk: client, direct };
  }

  /**
   * Returns what to throw for a request that has failed: where the store does not take its
   * credentials, they are got anew, and it may be tried again if these are others.
   */
  async #afterRefusal(error: unknown, headers: RequestWithHeaders['headers']): Promise<unknown> {
    if (!refusals.has(fromStoreError(error, { endpoint: this.endpoint }).code)) return error;
    const used = usedKeys(headers);
    if (used === undefined) return error;
    if (isAboutSignature(error) && areSameKeys(used, this.#accepted)) {
      // A proxy that changes a name or a header spoils the signature of that request alone. It may
      // also be a new secret of the same key, which the files say by now or will.
      this.#credentials.heed(this.#settings);
      return error;
    }
    this.#credentials.refused(this.#source, used);
    const others = await this.#credentials.get(this.#source);
    return areSameKeys(used, others) ? error : new Failure('store-busy', this.endpoint, error);
  }

  /** Learns what any answer shows of the store's clock and of how it spells ETags. */
  #learn(headers: ResponseWithHeaders['headers'], sentAt: number): void {
    const offsetMs = clockOffsetMs(headers?.['date'], sentAt, Date.now());
    if (offsetMs !== undefined) this.#clock.offsetMs = offsetMs;
    if (headers !== undefined && this.#server === undefined) {
      this.#server = headers['server'] ?? '';
      for (const { learned } of this.#buckets.values()) learned.heard(this.#server);
    }
    const { etags } = this.#capabilities;
    etags.case = etagCaseOf(headers?.['etag']) ?? etags.case;
  }
}

/** Somebody waits for it who can do without. */
const callerTimeoutMs = 4_000;

const refusals = new Set<FailureCode>(['credentials-refused', 'credentials-expired']);

function isAboutSignature(error: unknown): boolean {
  return error instanceof Error && error.name === 'SignatureDoesNotMatch';
}

/** Returns what a request was signed with, by its headers. */
function usedKeys(headers: RequestWithHeaders['headers']): UsedKeys | undefined {
  const accessKeyId = /Credential=([^/]+)\//.exec(headers['authorization'] ?? '')?.[1];
  if (accessKeyId === undefined) return undefined;
  return { accessKeyId, sessionToken: headers['x-amz-security-token'] };
}

/** Returns credentials that the SDK does not keep, since the cache does, for all clients. */
function askedEachTime(identity: Identity): Identity {
  return { ...identity, expiration: new Date(0) };
}

interface RequestWithHeaders {
  readonly headers: Readonly<Record<string, string>>;
}

interface ResponseWithHeaders {
  readonly headers?: Readonly<Record<string, string>>;
}
