/** The one view, as the manifest names it. */
export const viewId = 's3Backup.files';
