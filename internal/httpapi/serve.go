package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// maxBody is how large a request's body may be.
const maxBody = 1 << 20

// serve is the way of every request; see the picture in the package's comment.
func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, id: a.requestID(r.Header), started: a.cfg.Now(), rawBody: r.Body, told: a.told}
	r = a.trace(x, r)
	w.Header()["X-Request-Id"] = []string{x.id}
	defer a.log(x, r)
	defer a.recovered(x, r)
	a.cors(w.Header(), r)
	switch {
	case r.Method == http.MethodOptions:
		a.preflight(x, r)
	case !clean(r.URL.Path):
		a.unknown(x, r)
	default:
		a.mux.ServeHTTP(x, r)
	}
}

// clean reports whether a path is written as it should be. ServeMux would redirect the others, and
// clients do not follow with their key.
func clean(p string) bool {
	return p == path.Clean(p) || p == docsFolder
}

// recovered turns a panic into an answer. It must be deferred itself.
func (a *API) recovered(x *exchange, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		x.err = err
		panic(p)
	}
	a.writeError(x, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

// exchangeOf returns the exchange that serve gave to the mux as its ResponseWriter.
func exchangeOf(w http.ResponseWriter) *exchange {
	x, ok := w.(*exchange)
	if !ok {
		panic("httpapi: a handler was called past serve")
	}
	return x
}

// admit recognizes who asks, counts the request in its window and bounds its body. Whether the key
// is good enough is the operation's question: keyErr tells.
func (a *API) admit(x *exchange, r *http.Request) error {
	x.principal, x.keyErr = a.authenticate(r)
	if err := a.charge(x, r); err != nil {
		return err
	}
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	if r.ContentLength != 0 && r.Body != nil {
		r.Body = http.MaxBytesReader(x.ResponseWriter, r.Body, maxBody)
	}
	return nil
}

func tooLarge() error {
	return badRequest("The request's body is larger than %d bytes.", maxBody).With(console.ReasonPayloadTooLarge)
}

// unknown answers what no operation is registered for.
func (a *API) unknown(x *exchange, r *http.Request) {
	a.writeError(x, r, a.unknownFault(x, r))
}

func (a *API) unknownFault(x *exchange, r *http.Request) error {
	if err := a.admit(x, r); err != nil {
		return err
	}
	if x.keyErr != nil && (r.URL.Path == Prefix || strings.HasPrefix(r.URL.Path, Prefix+"/")) {
		return x.keyErr
	}
	var allowed []string
	if clean(r.URL.Path) {
		allowed = a.paths.methods(r.URL.Path)
	}
	if len(allowed) == 0 {
		return console.Errorf(console.CodeNotFound, "There is nothing at this path.")
	}
	x.Header().Set("Allow", strings.Join(allowed, ", "))
	return badRequest("This path does not take %s.", clipMethod(r.Method)).With(console.ReasonMethodNotAllowed)
}

func clipMethod(m string) string {
	const most = 20
	return m[:min(len(m), most)]
}

// pathTable knows which methods a path takes. It is written while the API is made and only read
// afterwards.
type pathTable struct{ routes []route }

type route struct {
	method   string
	segments []string
}

// add notes an operation. What answers GET answers HEAD too, but for streams.
func (t *pathTable) add(methods []string, pattern string) {
	for _, m := range methods {
		t.routes = append(t.routes, route{method: m, segments: strings.Split(pattern, "/")})
	}
}

func methodsOf(op *operation) []string {
	if op.method == http.MethodGet && op.endpoint.raw == nil {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{op.method}
}

// methods returns the methods that a path takes, sorted; none for a path that is unknown.
func (t *pathTable) methods(p string) []string {
	segments := strings.Split(p, "/")
	var found []string
	for _, r := range t.routes {
		if r.matches(segments) && !slices.Contains(found, r.method) {
			found = append(found, r.method)
		}
	}
	if len(found) > 0 {
		found = append(found, http.MethodOptions)
	}
	slices.Sort(found)
	return found
}

func (r route) matches(segments []string) bool {
	if len(segments) != len(r.segments) {
		return false
	}
	for i, s := range r.segments {
		if s != segments[i] && (!strings.HasPrefix(s, "{") || segments[i] == "") {
			return false
		}
	}
	return true
}
