import { ProgressLocation, window, type Progress } from 'vscode';

/** How far some work is. */
export interface ProgressStatus {
  readonly message: string;
  /** From 0 to 100. */
  readonly percent: number;
}

/**
 * Shows work as a notification with *Cancel*, unless it is done before anybody could read it.
 * `status` is asked again and again; where it cannot tell, what it said last stays.
 */
export function withDelayedProgress(
  title: string,
  running: Promise<unknown>,
  cancel: () => void,
  status: () => ProgressStatus | undefined,
): void {
  // Whoever started the work hears of its failure; here only its end counts.
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    void window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(cancel);
        return follow(status, ended, progress);
      },
    );
  }, showAfterMs);
  void ended.then(() => {
    clearTimeout(timer);
  });
}

async function follow(
  status: () => ProgressStatus | undefined,
  ended: Promise<void>,
  progress: Progress<{ readonly message: string; readonly increment: number }>,
): Promise<void> {
  let shown = 0;
  const draw = (): void => {
    const now = status();
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
