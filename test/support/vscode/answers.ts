import { window } from 'vscode';

import { titleOf } from './messages';

/** A modal question that was put, and what it said. */
export interface Question {
  readonly text: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** Answers modal questions, which VS Code refuses to show while tests run. */
export interface Answers {
  readonly questions: readonly Question[];
  /** What happens while a question is being read. */
  meanwhile: () => Promise<void>;
  restore(): void;
}

/**
 * Presses a button with one of these titles in all questions that have one, and dismisses the
 * others.
 */
export function answerWith(...wanted: readonly string[]): Answers {
  const shown = window.showWarningMessage.bind(window);
  const questions: Question[] = [];
  const answer = async (text: string, ...rest: readonly unknown[]): Promise<unknown> => {
    const [options, ...buttons] = rest;
    if (!isModal(options)) {
      return shown(text, ...(rest as readonly string[]));
    }
    const titles = buttons.map(titleOf);
    questions.push({ text, detail: options.detail ?? '', buttons: titles });
    await answers.meanwhile();
    const pressed = wanted.find(title => titles.includes(title));
    return buttons.find(button => titleOf(button) === pressed);
  };
  Object.assign(window, { showWarningMessage: answer });
  const answers: Answers = {
    questions,
    meanwhile: () => Promise.resolve(),
    restore() {
      Object.assign(window, { showWarningMessage: shown });
    },
  };
  return answers;
}

function isModal(options: unknown): options is { readonly detail?: string } {
  return typeof options === 'object' && options !== null && 'modal' in options;
}
