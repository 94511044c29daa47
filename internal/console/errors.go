package console

import (
	"errors"
	"fmt"
	"time"
)

// Code is what a client may switch over. There are these fifteen and no other.
type Code string

// The codes of the contract. The table from code to HTTP status is in httpapi.
const (
	CodeValidation        Code = "validation_error"
	CodeBadRequest        Code = "bad_request"
	CodeAgentLimit        Code = "agent_limit_reached"
	CodeUnauthorized      Code = "unauthorized"
	CodeKeyMissing        Code = "api_key_missing"
	CodeKeyInvalid        Code = "api_key_invalid"
	CodeKeyExpired        Code = "api_key_expired"
	CodeInsufficientScope Code = "insufficient_scope"
	CodeForbidden         Code = "forbidden"
	CodeNotFound          Code = "not_found"
	CodeConflict          Code = "conflict"
	CodeTooManyRequests   Code = "too_many_requests"
	CodeRateLimited       Code = "rate_limited"
	CodeNotImplemented    Code = "not_implemented"
	CodeInternal          Code = "internal_error"
)

// Reason is the finer cause beside a code, for those who want it.
type Reason string

// The reasons in use.
const (
	ReasonMethodNotAllowed     Reason = "method_not_allowed"
	ReasonPayloadTooLarge      Reason = "payload_too_large"
	ReasonUnsupportedMedia     Reason = "unsupported_media_type"
	ReasonTooManyStreams       Reason = "too_many_streams"
	ReasonStoreUnreachable     Reason = "store_unreachable"
	ReasonShuttingDown         Reason = "shutting_down"
	ReasonRequestInProgress    Reason = "request_in_progress"
	ReasonWorkflowInUse        Reason = "workflow_in_use"
	ReasonModelConnectionInUse Reason = "model_connection_in_use"
	ReasonModelConnectionLimit Reason = "model_connection_limit_reached"
	ReasonIntegrationLimit     Reason = "integration_limit_reached"
	ReasonIdempotencyReused    Reason = "idempotency_key_reused"
	ReasonKeyHasBudget         Reason = "key_has_token_budget"

	ReasonChannelNotConfigured Reason = "channel_not_configured"
)

// Field is one fault of a request: Path is dotted (rules.0.id), Fault says what is wrong with it.
type Field struct {
	Path  string
	Fault string
}

// Error is what a caller may be told. Everything that is not an Error is ours alone: it is logged
// and shown as CodeInternal.
type Error struct {
	Code    Code
	Reason  Reason // may be empty
	Message string // plain words, no internals; empty for CodeValidation, which has Fields
	Fields  []Field
	// RetryAfter, if set, tells the client when to come again.
	RetryAfter time.Duration

	cause error
}

// Errorf makes an Error for the caller. A cause that only the log may see is added by Because.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid says which fields are wrong; it returns nil when there are none, so that a check can
// end in `return Invalid(fields)`.
func Invalid(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: CodeValidation, Fields: fields}
}

// NotFound says that there is no such thing in this team.
func NotFound(what string, id ID) *Error {
	return Errorf(CodeNotFound, "There is no %s %q.", what, clip(string(id), MaxIDLength))
}

// Because adds the cause, which reaches the log and never the caller.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// With adds the finer reason.
func (e *Error) With(reason Reason) *Error {
	e.Reason = reason
	return e
}

func (e *Error) Error() string {
	text := string(e.Code)
	if e.Message != "" {
		text += ": " + e.Message
	}
	for _, f := range e.Fields {
		text += ": " + f.Path + ": " + f.Fault
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of err: CodeInternal for what is not an Error.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// IsNotFound reports whether err says that a thing is not there.
func IsNotFound(err error) bool { return CodeOf(err) == CodeNotFound }

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
