// What the page knows of its user: the key, the server and the look. The key is in memory, and in
// the tab's sessionStorage only for those who ask for it.

export type Theme = 'auto' | 'light' | 'dark';

const keyItem = 'bimpe.key';
const themeItem = 'bimpe.theme';

// A browser may refuse storage altogether; then nothing is remembered.
function recall(storage: () => Storage, item: string): string {
  try {
    return storage().getItem(item) ?? '';
  } catch {
    return '';
  }
}

function remember(storage: () => Storage, item: string, value: string): void {
  try {
    if (value) storage().setItem(item, value);
    else storage().removeItem(item);
  } catch {
    // see above
  }
}

const ofTab = () => sessionStorage;
const ofBrowser = () => localStorage;

class Session {
  #key = $state(recall(ofTab, keyItem));
  #kept = $state(this.#key !== '');
  #server = $state(location.origin);
  #theme = $state<Theme>(asTheme(recall(ofBrowser, themeItem)));

  // The parts of paths that were filled in last, by name: an agent's id is typed once.
  readonly filled: Record<string, string> = $state({});

  get key(): string {
    return this.#key;
  }

  set key(value: string) {
    this.#key = value.trim();
    remember(ofTab, keyItem, this.#kept ? this.#key : '');
  }

  // kept says that a reload of the tab finds the key again.
  get kept(): boolean {
    return this.#kept;
  }

  set kept(value: boolean) {
    this.#kept = value;
    remember(ofTab, keyItem, value ? this.#key : '');
  }

  get server(): string {
    return this.#server;
  }

  // A key is for one server: another one must not get it.
  set server(address: string) {
    if (address !== this.#server) this.key = '';
    this.#server = address;
  }

  // hint tells one key from another without giving it away.
  get hint(): string {
    return this.#key ? `${this.#key.slice(0, 3)}…${this.#key.slice(-4)}` : '';
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(value: Theme) {
    this.#theme = value;
    remember(ofBrowser, themeItem, value === 'auto' ? '' : value);
    dress(value);
  }
}

function asTheme(word: string): Theme {
  return word === 'light' || word === 'dark' ? word : 'auto';
}

function dress(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const session = new Session();
dress(session.theme);
