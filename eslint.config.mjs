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
  {
    files: ['src/engine/s3/**/*.ts'],
    rules: banned(editor),
  },
  {
    files: ['test/**/*.ts'],
    // A test that meets no value where there must be one fails just as well with a TypeError.
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
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
