// Whether the panel for the key is open. Who opens it wants to type there.
class Panel {
  open = $state(false);

  show(): void {
    this.open = true;
    scrollTo({ top: 0 });
    requestAnimationFrame(() => document.getElementById('api-key')?.focus());
  }

  hide(): void {
    this.open = false;
    document.getElementById('key-button')?.focus();
  }
}

export const panel = new Panel();
