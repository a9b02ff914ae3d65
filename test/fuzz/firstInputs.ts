import { awsFileForms } from '../support/disk/awsFileForms';

import type * as targets from './targets';

/** What the fuzzer begins with: it knows the words then, and need not find them. */
export const firstInputs: Readonly<Record<keyof typeof targets, readonly string[]>> = {
  awsFiles: awsFileForms.map(({ credentials = '', config = '' }) => `${credentials}\0${config}`),
  settings: [
    '{"profile":"p","region":"r","endpoint":"https://[::1]:9000/x","forcePathStyle":true}',
    '{"http.proxy":"http://u:p@h:1","http.noProxy":["*.a","10.0.0.0/8","[::1]:9"],"http.proxyAuthorization":"Basic dTpw"}',
    '{"compare.rule":"smart","exclude":["*.o","!/a/**"],"useGitignore":true,"storageClass":"X"}',
    '{"concurrency":"auto","bandwidthLimit":"10 MB/s","serverSideEncryption":"aws:kms","kmsKeyId":"k"}',
  ],
  ignoreFiles: ['*.o\n!a.o\n/b/\nc/**/d\n[a-z]?\\ \n# e\n\na/b/c.o'],
  names: ['a/b.txt', '../../etc', 'con.txt', 'a//b', './a', 'a\\..\\..\\b', 'x:y'],
  metadata: ['1700000000.123456789\x00100644', '-1.5\x00755', '1e400\x0064'],
  lists: [
    '<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><Contents><Key>a%20+b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>',
    '<a><![CDATA[<]]><!-- c --><b x="1"/>&#x41;</a>',
  ],
};
