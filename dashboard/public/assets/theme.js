// Runs before the page is painted, so that the system's theme is not shown before the chosen one.
try {
  const theme = localStorage.getItem('landfall-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden. The system's theme is then shown.
}
