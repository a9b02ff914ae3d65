/** An answer that no S3 store gives. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';

  /** @param listed The bucket whose objects were listed instead of what was asked for. */
  constructor(
    message: string,
    readonly listed?: string,
  ) {
    super(message);
  }
}
