/** What a template leaves behind where nothing was to say: blanks at line ends, runs of empty lines. */
export function tidyLines(text: string): string {
  return text
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

export function tidyLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
