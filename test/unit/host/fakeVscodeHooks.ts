// Import this before anything that imports `vscode`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    return nextResolve(specifier === 'vscode' ? new URL('./fakeVscode.ts', import.meta.url).href : specifier, context);
  },
});
