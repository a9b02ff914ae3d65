import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The SDK's commands that may be used: none of them removes an object or a bucket. */
const allowedCommands = [
  'AbortMultipartUploadCommand',
  'CompleteMultipartUploadCommand',
  'CreateBucketCommand',
  'CreateMultipartUploadCommand',
  'GetBucketLifecycleConfigurationCommand',
  'GetBucketPolicyStatusCommand',
  'GetBucketVersioningCommand',
  'GetObjectCommand',
  'GetObjectLockConfigurationCommand',
  'GetPublicAccessBlockCommand',
  'HeadBucketCommand',
  'HeadObjectCommand',
  'ListBucketsCommand',
  'ListObjectVersionsCommand',
  'ListObjectsV2Command',
  'ListPartsCommand',
  'PutBucketVersioningCommand',
  'PutObjectCommand',
  'PutPublicAccessBlockCommand',
  'RestoreObjectCommand',
  'UploadPartCommand',
];

/** Allowed in one file only, for a bucket that is just being created: rules may remove objects. */
const setUpCommands = ['PutBucketLifecycleConfigurationCommand'];

const sdk = {
  group: ['@aws-sdk/*', '@smithy/*', '@aws-sdk/*/**', '@smithy/*/**'],
  message: 'Only src/engine/s3 talks to the SDK.',
};
const editor = {
  group: ['vscode', '**/editor/**', '../extension'],
  message: 'The engine knows no editor: it runs in a worker, in tests and in the bench.',
};
const engine = {
  group: ['**/engine/**'],
  message: 'The editor asks the engine by the protocol.',
};

/** A later block replaces an earlier one's patterns, so each names all of its own. */
function banned(...patterns) {
  return { 'no-restricted-imports': ['error', { patterns }] };
}

function onlyCommands(allowed) {
  return {
    'no-restricted-syntax': [
      'error',
      {
        selector: `ImportDeclaration[source.value="@aws-sdk/client-s3"] ImportSpecifier[imported.name=/Command$/]:not([imported.name=/^(${allowed.join('|')})$/])`,
        message: 'This command is not on the list of those that can do no harm in the cloud.',
      },
      {
        selector:
          'ImportDeclaration[source.value="@aws-sdk/client-s3"] :matches(ImportNamespaceSpecifier, ImportDefaultSpecifier, ImportSpecifier[imported.name="S3"])',
        message: 'Import single commands: the whole client brings those that delete.',
      },
    ],
  };
}

/** A test in which nothing can be wrong is none. What asserts is named so, or is `assert` itself. */
const assertsSomething = {
  create(context) {
    const { visitorKeys } = context.sourceCode;
    function asserts(node) {
      if (node.type === 'CallExpression' && isAssertion(node.callee)) return true;
      return (visitorKeys[node.type] ?? [])
        .flatMap(key => node[key] ?? [])
        .some(child => child !== null && asserts(child));
    }
    return {
      'CallExpression[callee.name=/^it([A-Z]|$)/], CallExpression[callee.object.name="it"]'(node) {
        const test = node.arguments.findLast(given => /Function/.test(given.type));
        if (test === undefined || asserts(test.body)) return;
        context.report({ node, message: 'This test asserts nothing: it cannot fail.' });
      },
    };
  },
};

function isAssertion(callee) {
  const isOfAssert = callee.type === 'MemberExpression' && callee.object.name === 'assert';
  return isOfAssert || /^(assert|expect)/.test(callee.name ?? callee.property?.name ?? '');
}

/** Waiting is for these alone; tests wait for events, and ask the first of these otherwise. */
const mayWait = [
  'test/support/suite/eventually.ts', // asks again and again
  'test/support/disk/untilNotRacy.ts', // a file's age is the point
  'test/support/servers/wire.ts', // bytes take time to travel
  'test/support/servers/faultProxy.ts', // nobody listens for a moment
  'test/support/servers/slowForwarder.ts', // bytes take time to travel
  'test/support/processes/backUpRestlessFiles.ts', // somebody changes files again and again
  'test/support/vscode/{tabs,extensionUnderTest}.ts', // give up waiting for an event
];

const message = 'Wait for an event, or ask with `eventually`.';
const waiting = [
  { selector: 'CallExpression[callee.name="setTimeout"]', message },
  { selector: 'CallExpression[callee.property.name="waitForTimeout"]', message },
];
const timers = ['timers', 'node:timers', 'timers/promises', 'node:timers/promises'].map(name => ({
  name,
  importNames: ['setTimeout', 'setInterval', 'scheduler'],
  message,
}));

/** Only the seeds bring chance into the tests, so that it is the same each time. */
const chance = [
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Take a `seededRandom` of one of the `seeds`.',
  },
  {
    selector: 'MemberExpression[object.name="fc"][property.name=/^(assert|check|sample)$/]',
    message: 'Check properties by `assertProperty`.',
  },
];

export default defineConfig(
  { ignores: ['out/', 'dist/', 'coverage/', 'test-results/', '.vscode-test/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Index signatures are read by brackets, since tsc asks for it.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: onlyCommands(allowedCommands),
  },
  {
    files: ['src/engine/s3/bucketSettings.ts'],
    rules: onlyCommands([...allowedCommands, ...setUpCommands]),
  },
  { files: ['src/protocol/**/*.ts'], rules: banned(sdk, editor, engine) },
  { files: ['src/extension.ts', 'src/editor/**/*.ts'], rules: banned(sdk, engine) },
  { files: ['src/engine/**/*.ts'], rules: banned(sdk, editor) },
  { files: ['src/webview/**/*.ts'], rules: banned(sdk, editor, engine) },
  {
    files: ['src/engine/s3/**/*.ts'],
    rules: banned(editor),
  },
  {
    files: ['test/**/*.ts'],
    plugins: { tests: { rules: { 'asserts-something': assertsSomething } } },
    rules: {
      // A test that meets no value where there must be one fails just as well with a TypeError.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'tests/asserts-something': 'error',
      'no-restricted-imports': ['error', { paths: timers }],
      'no-restricted-syntax': ['error', ...waiting, ...chance],
    },
  },
  {
    files: mayWait,
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...chance],
    },
  },
  {
    files: ['test/support/suite/assertProperty.ts'],
    rules: { 'no-restricted-syntax': ['error', ...waiting] },
  },
  {
    files: ['esbuild.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', process: 'readonly', console: 'readonly' },
    },
  },
  prettier,
);
