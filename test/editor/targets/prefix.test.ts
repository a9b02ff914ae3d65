import assert from 'node:assert/strict';

import {
  normalPrefix,
  numberedPrefix,
  prefixFault,
  prefixRelation,
  type PrefixFault,
  type PrefixRelation,
} from '../../../src/editor/targets/prefix';

describe('A prefix', () => {
  it('ends in one slash, or is empty', () => {
    for (const [typed, prefix] of [
      ['', ''],
      ['/', ''],
      ['a', 'a/'],
      ['/a//', 'a/'],
      [' a/b ', 'a/b/'],
      ['my notes', 'my notes/'],
    ] as const) {
      assert.equal(normalPrefix(typed), prefix);
    }
  });

  const faults: readonly (readonly [string, PrefixFault | undefined])[] = [
    ['', undefined],
    ['a/b.c/.d/', undefined],
    ['ünterwegs/2026/', undefined],
    ['a//b/', 'empty-segment'],
    ['a/../b/', 'dot-segment'],
    ['./', 'dot-segment'],
    ['a\\b/', 'backslash'],
    ['a\tb/', 'control'],
    [`${'ü'.repeat(300)}/`, 'too-long'],
  ];
  for (const [prefix, fault] of faults) {
    it(`has ${fault ?? 'no fault'}: ${JSON.stringify(prefix.slice(0, 20))}`, () => {
      assert.equal(prefixFault(prefix), fault);
    });
  }

  const relations: readonly (readonly [string, string, PrefixRelation])[] = [
    ['a/', 'a/', 'same'],
    ['a/b/', 'a/', 'inside'],
    ['a/', '', 'inside'],
    ['', 'a/', 'around'],
    ['a/', 'a/b/', 'around'],
    ['a/', 'ab/', 'apart'],
    ['a/', 'a-2/', 'apart'],
  ];
  for (const [one, other, relation] of relations) {
    it(`“${one}” lies ${relation} to “${other}”`, () => {
      assert.equal(prefixRelation(one, other), relation);
    });
  }

  it('has others with numbers beside it', () => {
    assert.equal(numberedPrefix('a/b/', 2), 'a/b-2/');
  });
});
