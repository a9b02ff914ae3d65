import { lookup } from 'mrmime';
import type { LocalFile } from './localFile';

/**
 * Returns the media type that is stored with a file, by its name. Consoles and browsers show what is
 * text, and rules go by the type. No charset is told: nobody knows it without reading the file.
 */
export function contentType({ path, size }: Pick<LocalFile, 'path' | 'size'>): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (sharedWithVideo.has(extension) && size < smallestVideoBytes) return text;
  if (sourceExtensions.has(extension) || textName.test(name)) return text;
  return lookup(name) ?? 'application/octet-stream';
}

const text = 'text/plain';

/**
 * TypeScript has these in common with streams of MPEG (`video/mp2t`), such as cameras record. A source
 * file of this size is rarer than a shorter recording.
 */
const sharedWithVideo = new Set(['ts', 'mts']);
const smallestVideoBytes = 4 << 20;

/** Source code whose extensions the registry of media types does not have, or has for other things. */
const sourceExtensions = new Set(
  (
    'bash bat c cc cfg clj cmd cpp cs cts cxx dart diff el elm env erl ex exs fish fs go gradle ' +
    'graphql groovy h hcl hpp hrl hs hxx java jl kt kts lock lua m mm nim pas patch php pl pm ' +
    'properties proto ps1 py pyi r rb rs sass sbt scala sh svelte swift tex tf tfvars tsx v vb vim ' +
    'vue zig zsh'
  ).split(' '),
);

/** Files whose names say what they are without an extension. */
const textName =
  /^(?:readme|licen[cs]e|copying|notice|authors|contributors|changelog|changes|todo|codeowners|makefile|dockerfile|containerfile|gemfile|rakefile|procfile|vagrantfile|jenkinsfile|\.\w*(?:ignore|attributes|config|rc|profile|env))$/i;
