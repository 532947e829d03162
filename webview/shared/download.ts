// Saving a file where there is no host: the browser's own download. Used by the report.

export function downloadFile(name: string, data: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const url = URL.createObjectURL(new Blob([data]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
  return Promise.resolve(true);
}
