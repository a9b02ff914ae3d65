// Uploads, compares or restores a folder by s3-sync-client, which is found by NODE_PATH. Arguments:
// `upload`, `compare` or `restore`, folder, endpoint, prefix. The keys come from the environment.
const console = require('node:console');
const process = require('node:process');

const { S3Client } = require('@aws-sdk/client-s3');
const { S3SyncClient } = require('s3-sync-client');

const [job, root, endpoint, prefix] = process.argv.slice(2);
const client = new S3Client({ endpoint, region: process.env.AWS_REGION, forcePathStyle: true });
const { sync } = new S3SyncClient({ client });
const there = `s3://bench/${prefix.replace(/\/$/, '')}`;
const [from, to] = job === 'restore' ? [there, root] : [root, there];

sync(from, to, { dryRun: job === 'compare', maxConcurrentTransfers: 64 }).then(
  () => client.destroy(),
  error => {
    console.error(error);
    process.exitCode = 1;
  },
);
