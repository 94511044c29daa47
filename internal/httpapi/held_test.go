package httpapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/bimpe/bimpe/internal/console"
)

// held is the document, to which exchanges are held. All houses have the same one, and it is read
// once for all tests.
type held struct {
	once              sync.Once
	mu                sync.Mutex // one exchange at a time: the validators write into what they share
	requests, answers validator.Validator
	err               error
}

var theDocument held

// of reads the document of an API.
func (h *held) of(a *API) error {
	h.once.Do(func() { h.err = h.read(a) })
	return h.err
}

func (h *held) read(a *API) error {
	raw, err := a.OpenAPI()
	if err != nil {
		return err
	}
	if h.requests, err = validatorOf(raw, config.WithFormatAssertions()); err != nil {
		return err
	}
	if raw, err = closed(raw); err != nil {
		return err
	}
	h.answers, err = validatorOf(raw, config.WithFormatAssertions(),
		// Only headers need strictness: the bodies have it from the closed document.
		config.WithStrictMode(), config.WithStrictIgnorePaths("$.body.**"), config.WithStrictIgnoredHeaders(freeHeaders()...))
	return err
}

func validatorOf(raw []byte, opts ...config.Option) (validator.Validator, error) {
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("understand the document: %w", err)
	}
	return validator.NewValidatorFromV3Model(&model.Model, opts...), nil
}

// closed is the document without leave for fields that are not documented. The document gives it, so
// that clients expect new fields; answers of this release must not have any.
func closed(raw []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	components, _ := doc["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for _, s := range schemas {
		s, _ := s.(map[string]any)
		if s["properties"] != nil && s[extraKeys] == nil {
			s["additionalProperties"] = false
		}
	}
	return json.Marshal(doc)
}

// freeHeaders are those that HTTP needs, and those that come with another one as its words say.
func freeHeaders() []string {
	return []string{
		"content-type", "content-length", "connection", "date",
		"access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers",
	}
}

// hold compares an exchange with the document: the answer in all its parts, and the request if it
// was a success. Preflights, what lies outside of the API and unknown paths are in no document.
func hold(t *testing.T, a *API, r *http.Request, sent []byte, got *http.Response) {
	t.Helper()
	if err := theDocument.of(a); err != nil {
		t.Fatal(err)
	}
	if r.Method == http.MethodOptions || !strings.HasPrefix(r.URL.Path, Prefix) || !clean(r.URL.Path) {
		return
	}
	what := r.Method + " " + r.URL.RequestURI()
	r, ok := a.asDocumented(r.Clone(t.Context()))
	if !ok {
		return
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	got.Body = io.NopCloser(bytes.NewReader(body))
	if faults := theDocument.faultsOfAnswer(r, got); faults != "" {
		t.Errorf("%s: the answer is not as documented:\n%s", what, faults)
	}
	if got.StatusCode >= http.StatusMultipleChoices {
		holdFault(t, a, r, body)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	r.Header.Set("Content-Type", cmp.Or(r.Header.Get("Content-Type"), mediaJSON)) // as the server takes it
	if faults := theDocument.faultsOfRequest(r); faults != "" {
		t.Errorf("%s: the request was taken and is not as documented:\n%s", what, faults)
	}
}

// holdFault looks for an error, with its reason, among those that its operation is documented with.
func holdFault(t *testing.T, a *API, r *http.Request, body []byte) {
	t.Helper()
	var e struct {
		Code   console.Code
		Reason console.Reason
	}
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("an error that is not JSON: %v", err)
	}
	for _, op := range a.operations() {
		op.ids = idsIn(op.path)
		asked := strings.NewReplacer("{", "", "}", "").Replace(Prefix + op.path)
		if op.method != r.Method || asked != r.URL.Path {
			continue
		}
		same := func(f fault) bool { return f.code == e.Code && f.reason == e.Reason }
		if !slices.ContainsFunc(a.faultsOf(&op), same) {
			t.Errorf("%s answered %s %s, which is not among its documented errors: say when under Errors in manual/words", op.name, e.Code, e.Reason)
		}
	}
}

// faultsOfAnswer tells in what an answer is not as documented; "" if it is.
func (h *held) faultsOfAnswer(r *http.Request, got *http.Response) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, faults := h.answers.ValidateHttpResponse(r, got)
	return listed(faults)
}

// asDocumented is the request under the path of its operation, whose ids are no words that other
// paths have in their place; one with a method that the path does not take goes to one that it does,
// for all document that answer. Unknown paths are in no document.
func (a *API) asDocumented(r *http.Request) (*http.Request, bool) {
	if _, pattern := a.mux.Handler(r); pattern != "/" {
		_, path, _ := strings.Cut(pattern, " ")
		r.URL.Path = strings.NewReplacer("{", "", "}", "").Replace(path)
		r.URL.RawPath = ""
		return r, true
	}
	known := a.paths.methods(r.URL.Path)
	for _, m := range slices.Backward(known) {
		if m != http.MethodOptions && m != http.MethodHead {
			r.Method = m
			return r, true
		}
	}
	return r, false
}

// faultsOfRequest tells in what a request is not as documented; "" if it is.
func (h *held) faultsOfRequest(r *http.Request) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, faults := h.requests.ValidateHttpRequestSync(r)
	return listed(faults)
}

func listed(faults []*errors.ValidationError) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "  %s: %s\n", f.Message, f.Reason)
		for _, s := range f.SchemaValidationErrors {
			fmt.Fprintf(&b, "    %s: %s\n", s.FieldPath, s.Reason)
		}
	}
	return b.String()
}

// A document that lets everything pass would hold nobody to anything.
func TestAnswersThatAreNotAsDocumentedAreFound(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	if err := theDocument.of(h.API); err != nil {
		t.Fatal(err)
	}
	made := h.call(http.MethodPost, "/agents", `{"name":"Ada"}`)
	good := made.Body.String()
	for name, change := range map[string]func(a *http.Response, body *string){
		"":                      func(*http.Response, *string) {},
		"a key less":            func(_ *http.Response, b *string) { *b = strings.Replace(good, `"language":"en",`, "", 1) },
		"a key more":            func(_ *http.Response, b *string) { *b = strings.Replace(good, `"name"`, `"nick":"A","name"`, 1) },
		"null":                  func(_ *http.Response, b *string) { *b = strings.Replace(good, `"name":"Ada"`, `"name":null`, 1) },
		"another type":          func(_ *http.Response, b *string) { *b = strings.Replace(good, `"rules":[]`, `"rules":{}`, 1) },
		"a word that is none":   func(_ *http.Response, b *string) { *b = strings.Replace(good, `"merge"`, `"blend"`, 1) },
		"a time that is none":   func(_ *http.Response, b *string) { *b = strings.Replace(good, `"created_at":"`, `"created_at":"a`, 1) },
		"another status":        func(a *http.Response, _ *string) { a.StatusCode = http.StatusAccepted },
		"a header less":         func(a *http.Response, _ *string) { a.Header.Del("X-RateLimit-Reset") },
		"a header more":         func(a *http.Response, _ *string) { a.Header.Set("X-Powered-By", "magic") },
		"another header's type": func(a *http.Response, _ *string) { a.Header.Set("X-RateLimit-Reset", "soon") },
	} {
		a, body := *made.Result(), good // Result returns the same one each time
		a.Header = a.Header.Clone()
		change(&a, &body)
		a.Body = io.NopCloser(strings.NewReader(body))
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, Prefix+"/agents", nil)
		if got := theDocument.faultsOfAnswer(r, &a); (got == "") != (name == "") {
			t.Errorf("an answer with %q: %s", name, got)
		}
		if err := a.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}
