// Chromium calls the language `en-US@posix` where the system has none. uPlot makes a number format of it while it loads,
// which throws and would leave the page blank. Imported before uPlot.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
