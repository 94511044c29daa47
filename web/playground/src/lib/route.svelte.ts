// Where in the page one is: the part of the address after #, so that the server sees none of it.

export type Route = { page: 'home' } | { page: 'talk' } | { page: 'operation'; id: string };

function here(): Route {
  const [, page = '', id = ''] = /^#\/([a-z]*)\/?(.*)$/.exec(location.hash) ?? [];
  if (page === 'talk') return { page };
  if (page === 'operation' && id) return { page, id: decoded(id) };
  return { page: 'home' };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

export const place = $state<{ route: Route }>({ route: here() });

addEventListener('hashchange', () => {
  if (location.hash === '' || location.hash.startsWith('#/')) place.route = here();
});

// known are the ids of the document's operations: texts that name one lead to it.
export const known = $state<{ operations: ReadonlySet<string> }>({ operations: new Set() });

export const home = '#/';
export const talk = '#/talk';

export function hrefOf(id: string): string {
  return `#/operation/${encodeURIComponent(id)}`;
}
