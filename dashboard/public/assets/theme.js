// Runs before the page is painted, so that a chosen theme does not flash up after the system's own.
try {
  const theme = localStorage.getItem('landfall-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is shown.
}
