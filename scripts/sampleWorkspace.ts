import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import type { S3Server } from '../dev/s3Connection';
import { samplePicture } from './samplePicture';

/** A folder and a bucket in which every group of a comparison holds something. */
export interface SampleWorkspace {
  readonly folder: string;
  readonly bucket: string;
}

/**
 * Makes the sample below `parent`, and puts its cloud copies into the bucket. Only *Couldn't Check*
 * and *Lost* stay empty: nothing is unreadable here, and nothing has been lost. Some copies replace
 * older ones, which a bucket with versions keeps.
 */
export async function makeSampleWorkspace(
  parent: string,
  { endpoint, accessKeyId = 'sample', secretAccessKey = 'sample' }: S3Server,
  bucket: string,
): Promise<SampleWorkspace> {
  const name = 'field-journal';
  const folder = join(parent, name);
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  try {
    for (const [path, body] of [...olderInCloud, ...Object.entries(inCloud)]) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: `${name}/${path}`, Body: Buffer.from(body) }),
      );
    }
  } finally {
    client.destroy();
  }
  for (const [path, { content, age = 0 }] of Object.entries(onDisk)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    const time = new Date(Date.now() - age);
    await utimes(file, time, time);
  }
  await symlink('routes', join(folder, 'latest-routes'), 'dir');
  return { folder, bucket };
}

const day = 24 * 60 * 60 * 1000;

const survey = 'station,species,count\nA1,Parus major,14\nA1,Sitta europaea,3\nB2,Apus apus,41\n';
const route = '{"name":"North ridge","points":[[46.81,10.22],[46.83,10.25],[46.86,10.24]]}\n';
const licence = 'You may copy and share these notes.\n';
const swift = samplePicture({ width: 320, height: 240, sky: [70, 110, 180], grain: 4 });
const kingfisher = samplePicture({ width: 1280, height: 960, sky: [60, 60, 130], grain: 8 });
const owl = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">
  <ellipse cx="60" cy="68" rx="36" ry="44" fill="#8a6d4f"/>
  <path d="M30 34l10-18 12 14zM90 34l-10-18-12 14z" fill="#8a6d4f"/>
  <circle cx="46" cy="48" r="14" fill="#fff"/><circle cx="74" cy="48" r="14" fill="#fff"/>
  <circle cx="46" cy="48" r="6"/><circle cx="74" cy="48" r="6"/>
  <path d="M60 54l7 10h-14z" fill="#e2a33b"/>
</svg>
`;

/** By path: what the bucket held before, the oldest first. */
const olderInCloud: readonly (readonly [string, string])[] = [
  ['README.md', '# Field journal\n'],
  ['README.md', '# Field journal\n\nNotes of the summer.\n'],
  ['surveys/2025/july.csv', survey.replace('14', '9')],
  ['routes/shared-map.json', '{"name":"Shared map","points":[]}\n'],
];

/** By path: what the bucket holds. */
const inCloud: Readonly<Record<string, string | Buffer>> = {
  'README.md': '# Field journal\n\nNotes, counts and routes of the summer.\n',
  LICENSE: licence,
  'surveys/2025/june.csv': survey,
  'surveys/2025/july.csv': survey.replace('14', '11'),
  'routes/north-ridge.json': route,
  'routes/shared-map.json': '{"name":"Shared map","points":[],"editedBy":"Mara"}\n',
  'photos/swift.png': swift,
  'archive/2023/winter.csv': survey,
  'archive/2024/winter.csv': survey,
  'archive/2024/spring.csv': survey,
  'node_modules/left-behind/index.js': 'module.exports = {};\n',
};

/** By path: what the folder holds, and how long ago it was changed, in milliseconds. */
const onDisk: Readonly<
  Record<string, { readonly content: string | Buffer; readonly age?: number }>
> = {
  // Up to date: by name and time, and by content.
  LICENSE: { content: licence, age: 90 * day },
  'photos/swift.png': { content: swift, age: 40 * day },
  'surveys/2025/june.csv': { content: survey, age: 30 * day },
  'routes/north-ridge.json': { content: route },
  // Out of date: edited since, once without a change of size.
  'README.md': {
    content: '# Field journal\n\nNotes, counts, routes and drawings of the summer.\n',
  },
  'surveys/2025/july.csv': { content: survey.replace('14', '12') },
  // Missing in the cloud, the same name in two folders among them.
  'surveys/2025/august.csv': { content: survey.replace('41', '57') },
  'surveys/2025/notes.md': { content: 'Rain on the 14th, no count at B2.\n' },
  'photos/notes.md': { content: 'swift.png: over the old mill, 6 July.\n' },
  'photos/kingfisher.png': { content: kingfisher },
  'drawings/owl.svg': { content: owl },
  '.journalrc': { content: 'lang = en\n' },
  // Changed in the cloud by somebody else.
  'routes/shared-map.json': { content: '{"name":"Shared map","points":[]}\n', age: 20 * day },
  // Ignored by the default rules.
  'node_modules/chart/index.js': { content: 'module.exports = {};\n' },
  '.DS_Store': { content: '' },
};
