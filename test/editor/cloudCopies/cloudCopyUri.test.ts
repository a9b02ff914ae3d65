import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Uri } from 'vscode';

import {
  cloudCopyUri,
  readCloudCopyUri,
  type CloudCopyName,
} from '../../../src/editor/cloudCopies/cloudCopyUri';
import type { FilePath } from '../../../src/protocol/folders';
import { assertProperty } from '../../support/suite/assertProperty';

const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter(name => !name.includes('/'));
const path = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map(names => names.join('/') as FilePath);

describe('The URI of a cloud copy', () => {
  it('says what it names, after being written down and read again', () => {
    const own = { noNullPrototype: true };
    const prefix = fc.oneof(
      fc.constant(''),
      path.map(text => `${text}/`),
    );
    const bucket = fc.constantFrom('bucket', 'my.bucket-1');
    const names = fc.record(
      {
        folderId: fc.uuid(),
        target: fc.record({ bucket, prefix }, own),
        path,
        versionId: fc.option(segment, { nil: undefined }),
      },
      own,
    );
    assertProperty(
      fc.property(names, (name: CloudCopyName) => {
        const uri = Uri.parse(cloudCopyUri(name).toString());
        assert.deepEqual(readCloudCopyUri(uri), name);
        assert.equal(uri.path, `/${name.path}`);
      }),
    );
  });

  it('is none without a bucket, a path, or the scheme', () => {
    for (const text of [
      's3backup://id/a.txt',
      's3backup://id/a.txt?bucket=b',
      's3backup://id/?bucket=b&prefix=p',
      'file:///a.txt?bucket=b&prefix=p',
    ]) {
      assert.equal(readCloudCopyUri(Uri.parse(text)), undefined, text);
    }
  });
});
