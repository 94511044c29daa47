package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bimpe/bimpe/internal/console"
)

// register puts an operation into the mux, the document and the table of paths.
func (a *API) register(op operation) {
	o := &op
	o.ids = idsIn(op.path)
	if op.endpoint.body != nil {
		op.endpoint.decode = newDecoder(a.doc.OpenAPI().Components.Schemas, op.endpoint.body, op.method)
	}
	a.addTag(a.tagOf(o))
	documented := a.document(o)
	a.doc.OpenAPI().AddOperation(documented)
	a.doc.Adapter().Handle(documented, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		a.serveOperation(o, exchangeOf(w), r)
	})
	a.paths.add(methodsOf(o), Prefix+op.path)
}

// idsIn returns the names of the ids in a path.
func idsIn(path string) []string {
	var names []string
	for s := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// registerOutside adds what lies beside the API: the operator's endpoints, the document, and the
// answer to everything else. Only that one counts in a rate window.
func (a *API) registerOutside() {
	a.outside("/healthz", func(*exchange, *http.Request) error { return nil })
	a.outside("/readyz", func(_ *exchange, r *http.Request) error { return a.ready(r.Context()) })
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		raw, err := a.OpenAPI()
		if err != nil {
			a.writeError(exchangeOf(w), r, err)
			return
		}
		send(exchangeOf(w), http.StatusOK, raw)
	})
	a.paths.add([]string{http.MethodGet, http.MethodHead}, "/openapi.json")
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.unknown(exchangeOf(w), r) })
}

// outside adds an operator's endpoint that says that all is well, or what check returns.
func (a *API) outside(path string, check func(*exchange, *http.Request) error) {
	a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(w)
		if err := check(x, r); err != nil {
			a.writeError(x, r, err)
			return
		}
		send(x, http.StatusOK, []byte(`{"message":"OK.","data":{"ok":true}}`))
	})
	a.paths.add([]string{http.MethodGet, http.MethodHead}, path)
}

// readyTime is how long a server may take to find out whether it is ready.
const readyTime = 3 * time.Second

func (a *API) ready(ctx context.Context) error {
	if a.cfg.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	err := a.cfg.Ready(ctx)
	if err == nil {
		return nil
	}
	return console.Errorf(console.CodeInternal, "The server is not ready.").
		With(console.ReasonStoreUnreachable).Because(err)
}
