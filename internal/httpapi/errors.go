package httpapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// errorJSON is what a caller gets instead of an answer; the code of a validation has another form.
type errorJSON struct {
	Message string `json:"message"`
	faultJSON
}

// validationErrorJSON is what a caller gets whose request has faults, all at once.
type validationErrorJSON struct {
	Message []string `json:"message" nullable:"false" minItems:"1"`
	faultJSON
}

// faultJSON is what both forms say.
type faultJSON struct {
	Error     string         `json:"error"`
	Code      console.Code   `json:"code"`
	Status    int            `json:"statusCode"`
	RequestID string         `json:"request_id"`
	Reason    console.Reason `json:"reason,omitempty"`
}

// status is the only table from a fault to an HTTP status. A reason that has a status of its own
// goes before the code.
func status(e *console.Error) int {
	switch e.Reason { //nolint:exhaustive // the reasons without a status of their own have their code's
	case console.ReasonMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case console.ReasonPayloadTooLarge:
		return http.StatusRequestEntityTooLarge
	case console.ReasonUnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case console.ReasonStoreUnreachable, console.ReasonRequestInProgress, console.ReasonShuttingDown:
		return http.StatusServiceUnavailable
	}
	switch e.Code {
	case console.CodeValidation, console.CodeBadRequest, console.CodeAgentLimit:
		return http.StatusBadRequest
	case console.CodeUnauthorized, console.CodeKeyMissing, console.CodeKeyInvalid, console.CodeKeyExpired:
		return http.StatusUnauthorized
	case console.CodeInsufficientScope, console.CodeForbidden:
		return http.StatusForbidden
	case console.CodeNotFound:
		return http.StatusNotFound
	case console.CodeConflict:
		return http.StatusConflict
	case console.CodeTooManyRequests, console.CodeRateLimited:
		return http.StatusTooManyRequests
	case console.CodeNotImplemented:
		return http.StatusNotImplemented
	case console.CodeInternal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// told returns what may be said of err: err itself if it was made for the caller, else that
// something went wrong.
func told(err error) *console.Error {
	if e, ok := errors.AsType[*console.Error](err); ok {
		return e
	}
	return console.Errorf(console.CodeInternal, "Something went wrong on our side. Please try again.").Because(err)
}

// errorAnswer returns the status and the body of an error.
func errorAnswer(e *console.Error, requestID string) (int, []byte) {
	code := status(e)
	f := faultJSON{
		Error: http.StatusText(code), Code: e.Code, Status: code, RequestID: requestID, Reason: e.Reason,
	}
	var body any = errorJSON{Message: cmp.Or(e.Message, http.StatusText(code)+"."), faultJSON: f}
	if e.Code == console.CodeValidation {
		body = validationErrorJSON{Message: faults(e), faultJSON: f}
	}
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		panic("httpapi: an error body that is not JSON: " + err.Error())
	}
	return code, bytes.TrimSuffix(raw.Bytes(), []byte("\n"))
}

func faults(e *console.Error) []string {
	all := make([]string, 0, len(e.Fields)+1)
	for _, f := range e.Fields {
		all = append(all, f.Path+": "+f.Fault)
	}
	if len(all) == 0 {
		all = append(all, "body: "+e.Message)
	}
	return all
}

// writeError is the only way out for what is not a success. It does nothing to an answer that has
// begun: then only the log can tell.
func (a *API) writeError(x *exchange, r *http.Request, err error) {
	e := told(err)
	code, body := errorAnswer(e, x.id)
	x.fault(e, err, code)
	if r.Context().Err() != nil {
		x.err = nil // whoever asked has left, and that is why
	}
	if x.status != 0 {
		return
	}
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		x.Header().Set("Retry-After", retryAfter(e.RetryAfter))
	}
	if e.Reason != console.ReasonPayloadTooLarge {
		send(x, code, body)
		return
	}
	refuseBody(x, r, func() { send(x, code, body) })
}

// retryAfter is in whole seconds and never less than one.
func retryAfter(d time.Duration) string {
	return strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10)
}

// The rest of a body that is too large is taken in and thrown away up to here, so that clients that
// send before they listen get to read why they were refused.
const (
	drainBytes = 8 << 20
	drainTime  = 5 * time.Second
)

func refuseBody(x *exchange, r *http.Request, answer func()) {
	rc := http.NewResponseController(x)
	x.Header().Set("Connection", "close")
	drain := r.Header.Get("Expect") == "" && rc.EnableFullDuplex() == nil
	answer()
	if !drain {
		return
	}
	// What follows is a courtesy; whatever goes wrong, the connection is closed afterwards.
	_ = rc.Flush()
	_ = rc.SetReadDeadline(x.started.Add(drainTime))
	_, _ = io.CopyN(io.Discard, x.rawBody, drainBytes)
}

func invalid(path, fault string) *console.Error {
	return &console.Error{Code: console.CodeValidation, Fields: []console.Field{{Path: path, Fault: fault}}}
}

func badRequest(format string, args ...any) *console.Error {
	return console.Errorf(console.CodeBadRequest, format, args...)
}
