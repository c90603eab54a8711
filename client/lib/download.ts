// Hands a text to the person as a file.

export function download({ fileName, contentType, content }: { fileName: string; contentType: string; content: string }): void {
  const address = URL.createObjectURL(new Blob([content], { type: contentType }));
  const link = Object.assign(document.createElement('a'), { href: address, download: fileName });
  link.click();
  // Browsers take the address up after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
