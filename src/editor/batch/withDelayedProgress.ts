import { ProgressLocation, window, type Progress } from 'vscode';

/** How far a piece of work has come. */
export interface ProgressStatus {
  readonly message: string;
  /** From 0 to 100. */
  readonly percent: number;
}

/** Work that may be shown while it runs. */
interface ShownWork {
  readonly title: string;
  readonly running: Promise<unknown>;
  readonly cancel: () => void;
  /** Called repeatedly; when it returns `undefined`, its last answer stays on screen. */
  readonly getStatus: () => ProgressStatus | undefined;
}

/** Shows work as a notification with *Cancel*, unless it ends before anybody could read it. */
export function withDelayedProgress({ title, running, cancel, getStatus }: ShownWork): void {
  // The caller handles the failure; only the end matters here.
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    void window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(cancel);
        return follow(getStatus, ended, progress);
      },
    );
  }, showAfterMs);
  void ended.then(() => {
    clearTimeout(timer);
  });
}

async function follow(
  getStatus: () => ProgressStatus | undefined,
  ended: Promise<void>,
  progress: Progress<{ readonly message: string; readonly increment: number }>,
): Promise<void> {
  let shown = 0;
  const draw = (): void => {
    const now = getStatus();
    if (now === undefined) return;
    progress.report({ message: now.message, increment: Math.max(0, now.percent - shown) });
    shown = Math.max(shown, now.percent);
  };
  draw();
  const clock = setInterval(draw, drawEveryMs);
  await ended;
  clearInterval(clock);
}

const showAfterMs = 2000;

const drawEveryMs = 250;
