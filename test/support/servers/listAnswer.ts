/** What a store answers when it is asked for the list of a bucket. */
export function listAnswer(
  objects: readonly { readonly key: string; readonly etag: string; readonly size: number }[],
): string {
  const contents = objects.map(
    ({ key, etag, size }) =>
      `<Contents><Key>${key}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified>` +
      `<ETag>"${etag}"</ETag><Size>${String(size)}</Size>` +
      '<StorageClass>STANDARD</StorageClass></Contents>',
  );
  return (
    '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>' +
    `<KeyCount>${String(objects.length)}</KeyCount>${contents.join('')}</ListBucketResult>`
  );
}
