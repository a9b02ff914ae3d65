/** Whether objects of this class give their bytes only hours after they were asked for. */
export function isArchiveClass(storageClass: string | undefined): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}
