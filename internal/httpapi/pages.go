package httpapi

import (
	"net/http"
	"strings"
)

// Pages are what a browser is shown beside the API. They count in no rate window.
type Pages interface {
	http.Handler
	// Paths returns the paths at which there is a page or a file of one.
	Paths() []string
}

// docsPath is where the reference is, once as it is written and once as a folder.
const docsPath, docsFolder = "/docs", "/docs/"

// registerPages adds the pages, to which the root leads browsers.
func (a *API) registerPages() {
	if a.cfg.Pages == nil {
		return
	}
	for _, p := range a.cfg.Pages.Paths() {
		pattern := p
		if strings.HasSuffix(p, "/") {
			pattern += "{$}" // what is unknown below has the API's own answer
		}
		a.mux.Handle("GET "+pattern, a.cfg.Pages)
		a.paths.add([]string{http.MethodGet, http.MethodHead}, p)
	}
	a.mux.HandleFunc("GET /{$}", a.root)
}

// root shows browsers the way; to all others there is nothing, as at any unknown path.
func (a *API) root(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		a.unknown(exchangeOf(w), r)
		return
	}
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Location", docsPath)
	w.WriteHeader(http.StatusFound)
}
