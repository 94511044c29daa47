package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/helpers"
)

// validating is held for one answer at a time: the validator writes into what it shares.
var validating sync.Mutex

// theDocument holds answers to the document that the binary prints. It is read once.
var theDocument = sync.OnceValues(func() (validator.Validator, error) {
	raw, err := exec.Command(binary, "openapi").Output()
	if err != nil {
		return nil, fmt.Errorf("bimpe openapi: %w", err)
	}
	if raw, err = closed(raw); err != nil {
		return nil, err
	}
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("understand the document: %w", err)
	}
	return validator.NewValidatorFromV3Model(&model.Model, config.WithFormatAssertions()), nil
})

// closed is the document without leave for fields that are not documented: the answers of this
// release must not have any.
func closed(raw []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	components, _ := doc["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for _, s := range schemas {
		if s, _ := s.(map[string]any); s["properties"] != nil && s["x-extra-keys"] == nil {
			s["additionalProperties"] = false
		}
	}
	return json.Marshal(doc)
}

// exactDigits is how many digits a whole number may have that the validator reads exactly; it takes
// all numbers for floating ones. Pages farther out are asked for by hostile tests alone.
const exactDigits = 15

// notAsDocumented tells in what an answer is not as the document says; "" if it is, or if the request
// went to nothing that is in it.
func notAsDocumented(method, target string, a answer) (string, error) {
	document, err := theDocument()
	if err != nil {
		return "", err
	}
	at := readable(target)
	if !strings.HasPrefix(at.Path, api+"/") || method == http.MethodOptions || len(at.Query().Get("page")) > exactDigits {
		return "", nil
	}
	in := &http.Request{Method: method, URL: at, Header: http.Header{}}
	out := &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body))}
	validating.Lock()
	_, faults := document.ValidateHttpResponse(in, out)
	validating.Unlock()
	var b strings.Builder
	for _, f := range faults {
		if f.ValidationType == helpers.PathValidation {
			return "", nil
		}
		fmt.Fprintf(&b, "  %s: %s\n", f.Message, f.Reason)
		for _, s := range f.SchemaValidationErrors {
			fmt.Fprintf(&b, "    %s: %s\n", s.FieldPath, s.Reason)
		}
	}
	return b.String(), nil
}

// readable is where a request went; nowhere, if that cannot be read.
func readable(target string) *url.URL {
	if at, err := url.ParseRequestURI(target); err == nil {
		return at
	}
	return &url.URL{}
}
