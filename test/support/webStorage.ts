// What VS Code for the web has written in the browser's database so far: which editors are open, what extensions keep.
import type { Page } from 'playwright-core';

/** Values of all scopes by their key; of a key in several the last one. */
export async function readWebStorage(page: Page): Promise<ReadonlyMap<string, string>> {
  const entries = await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((settle, fail) => {
        request.onsuccess = () => settle(request.result);
        request.onerror = () => fail(request.error);
      });
    const found: [string, string][] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('vscode-web-state-db-')) continue;
      const database = await done(indexedDB.open(name));
      const store = database.transaction('ItemTable').objectStore('ItemTable');
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      database.close();
      for (const [at, key] of keys.entries()) found.push([String(key), String(values[at])]);
    }
    return found;
  });
  return new Map(entries);
}
