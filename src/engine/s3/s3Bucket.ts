import { GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { FailureCode } from '../../protocol/failures';
import { Failure, isCancelled } from '../failures/failure';
import type {
  Bucket,
  CompletedObject,
  CompleteMultipartRequest,
  GetRequest,
  HeadRequest,
  ListedObject,
  ListedPart,
  FoldersRequest,
  ListRequest,
  ListVersionsRequest,
  MultipartUpload,
  ObjectContent,
  ObjectHead,
  ObjectVersion,
  PutPartRequest,
  PutRequest,
  RestoreRequest,
  StartMultipartRequest,
  StoredObject,
  StoredPart,
  Versioning,
} from '../ports/bucket';
import type { WriteKnowledge } from '../ports/writeKnowledge';
import type { BucketContext, BucketPlace } from './bucketContext';
import { knownOfWrites } from './knownOfWrites';
import { listFolders, listObjects, probeBucket } from './listObjects';
import { listVersions } from './listVersions';
import { abortUpload, completeUpload, listParts, putPart } from './multipartUpload';
import { startUpload } from './startUpload';
import { putObject } from './putObject';
import { getObject, headObject } from './readObject';
import { restoreArchived } from './restoreArchived';
import type { ShownCapability } from './storeCapabilities';
import { storeRequest } from './storeRequest';

/** The `Bucket` port over S3. */
export class S3Bucket implements Bucket {
  readonly #context: BucketContext;

  constructor(place: BucketPlace) {
    const breaker = place.traffic.createBreaker(signal => probeBucket(place, signal));
    this.#context = { ...place, breaker };
  }

  get name(): string {
    return this.#context.name;
  }

  get writes(): WriteKnowledge {
    return knownOfWrites(this.#context.capabilities);
  }

  get clockOffsetMs(): number {
    return this.#context.clock.offsetMs;
  }

  list(request: ListRequest): AsyncIterable<readonly ListedObject[]> {
    return listObjects(this.#context, request);
  }

  folders(request: FoldersRequest): Promise<readonly string[]> {
    return listFolders(this.#context, request);
  }

  listVersions(request: ListVersionsRequest): AsyncIterable<readonly ObjectVersion[]> {
    return listVersions(this.#context, request);
  }

  head(request: HeadRequest): Promise<ObjectHead | undefined> {
    return headObject(this.#context, request);
  }

  get(request: GetRequest): Promise<ObjectContent> {
    return getObject(this.#context, request);
  }

  put(request: PutRequest): Promise<StoredObject> {
    return this.#keeping(putObject(this.#context, request));
  }

  startMultipart(request: StartMultipartRequest): Promise<MultipartUpload> {
    return this.#showing('uploads-in-parts', startUpload(this.#context, request));
  }

  putPart(request: PutPartRequest): Promise<StoredPart> {
    return putPart(this.#context, request);
  }

  listParts(upload: MultipartUpload, signal: AbortSignal): AsyncIterable<readonly ListedPart[]> {
    return this.#listingParts(listParts(this.#context, upload, signal));
  }

  completeMultipart(request: CompleteMultipartRequest): Promise<CompletedObject> {
    return this.#showing('uploads-in-parts', completeUpload(this.#context, request));
  }

  abortMultipart(upload: MultipartUpload, signal: AbortSignal): Promise<void> {
    return abortUpload(this.#context, upload, signal);
  }

  requestRestore(request: RestoreRequest): Promise<void> {
    return restoreArchived(this.#context, request);
  }

  /** What a write has shown of the store is for the next window, too, however it ends. */
  async #keeping<T>(write: Promise<T>): Promise<T> {
    const { capabilities, learned } = this.#context;
    try {
      return await write;
    } catch (error) {
      if (hasCode(error, 'name-refused')) capabilities.shown['all-names'] = 'unsupported';
      throw error;
    } finally {
      learned.keep();
    }
  }

  /** The same for a request that not every store knows. */
  #showing<T>(capability: ShownCapability, request: Promise<T>): Promise<T> {
    const { shown } = this.#context.capabilities;
    const noted = request.then(
      answer => {
        shown[capability] = 'supported';
        return answer;
      },
      (error: unknown) => {
        if (hasCode(error, 'not-implemented')) shown[capability] = 'unsupported';
        throw error;
      },
    );
    return this.#keeping(noted);
  }

  async *#listingParts(
    pages: AsyncGenerator<readonly ListedPart[]>,
  ): AsyncGenerator<readonly ListedPart[]> {
    for (;;) {
      const page = await this.#showing('lists-parts', pages.next());
      if (page.done === true) return;
      yield page.value;
    }
  }

  async versioning(signal: AbortSignal): Promise<Versioning> {
    const { client, endpoint, name } = this.#context;
    try {
      const answer = await storeRequest({ endpoint, bucket: name }, signal, () =>
        client.send(new GetBucketVersioningCommand({ Bucket: name }), { abortSignal: signal }),
      );
      if (answer.Status === 'Enabled') return 'enabled';
      return answer.Status === 'Suspended' ? 'suspended' : 'off';
    } catch (error) {
      if (isCancelled(error)) throw error;
      return 'unknown';
    }
  }
}

function hasCode(error: unknown, code: FailureCode): boolean {
  return error instanceof Failure && error.code === code;
}
