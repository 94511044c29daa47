package httpapi

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// register puts an operation into the mux, the document and the table of paths.
func (a *API) register(op operation) {
	o := &op
	o.ids, o.told = idsIn(op.path), a.hearOf(op)
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
	a.outside("/healthz", func(x *exchange, _ *http.Request) error { return allIsWell(x) })
	a.outside("/readyz", a.ready)
	if a.cfg.Metrics != nil {
		a.outside("/metrics", a.metrics)
	}
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
