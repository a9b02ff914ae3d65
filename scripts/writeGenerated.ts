import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '../dev/repositoryRoot';
import { generatedFiles } from './generatedFiles';

/** Writes what is generated and committed; the tests of `test/release` hold it true. */
for (const [path, text] of generatedFiles()) writeFileSync(join(repositoryRoot, path), text);
