package httpapi

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// codes are the fifteen of the contract.
func codes() []console.Code {
	return []console.Code{
		console.CodeValidation, console.CodeBadRequest, console.CodeAgentLimit, console.CodeUnauthorized,
		console.CodeKeyMissing, console.CodeKeyInvalid, console.CodeKeyExpired, console.CodeInsufficientScope,
		console.CodeForbidden, console.CodeNotFound, console.CodeConflict, console.CodeTooManyRequests,
		console.CodeRateLimited, console.CodeNotImplemented, console.CodeInternal,
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	want := map[console.Code]int{
		console.CodeValidation: 400, console.CodeBadRequest: 400, console.CodeAgentLimit: 400,
		console.CodeUnauthorized: 401, console.CodeKeyMissing: 401, console.CodeKeyInvalid: 401, console.CodeKeyExpired: 401,
		console.CodeInsufficientScope: 403, console.CodeForbidden: 403, console.CodeNotFound: 404, console.CodeConflict: 409,
		console.CodeTooManyRequests: 429, console.CodeRateLimited: 429, console.CodeNotImplemented: 501, console.CodeInternal: 500,
	}
	for _, code := range codes() {
		if got := status(console.Errorf(code, "x")); got != want[code] {
			t.Errorf("status of %s: got %d, want %d", code, got, want[code])
		}
	}
	for reason, want := range map[console.Reason]int{
		console.ReasonMethodNotAllowed: 405, console.ReasonPayloadTooLarge: 413, console.ReasonUnsupportedMedia: 415,
		console.ReasonStoreUnreachable: 503, console.ReasonRequestInProgress: 503, console.ReasonShuttingDown: 503,
		console.ReasonWorkflowInUse: 400,
	} {
		if got := status(console.Errorf(console.CodeBadRequest, "x").With(reason)); got != want {
			t.Errorf("status of %s: got %d, want %d", reason, got, want)
		}
	}
}

func TestWhatIsNotForTheCallerIsNotTold(t *testing.T) {
	t.Parallel()
	_, body := errorAnswer(told(errors.New("password of the database")), "r1")
	if strings.Contains(string(body), "password") || !strings.Contains(string(body), `"request_id":"r1"`) {
		t.Errorf("answer to a fault of ours: %s", body)
	}
	_, body = errorAnswer(console.NotFound("agent", "x").Because(errors.New("SELECT …")), "r1")
	if strings.Contains(string(body), "SELECT") {
		t.Errorf("answer with a cause: %s", body)
	}
}

func TestEveryErrorHasAMessage(t *testing.T) {
	t.Parallel()
	for _, code := range codes() {
		_, body := errorAnswer(&console.Error{Code: code}, "r1")
		if strings.Contains(string(body), `"message":""`) || strings.Contains(string(body), `"message":[]`) {
			t.Errorf("an error without a message: %s", body)
		}
	}
}

func TestRetryAfterIsInWholeSecondsAndAtLeastOne(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "1", 0: "1", time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2", time.Minute: "60",
	} {
		if got := retryAfter(d); got != want {
			t.Errorf("retryAfter(%s): got %s, want %s", d, got, want)
		}
	}
}

func TestFinal(t *testing.T) {
	t.Parallel()
	for _, code := range codes() {
		want := slices.Contains([]console.Code{
			console.CodeBadRequest, console.CodeAgentLimit, console.CodeNotFound, console.CodeConflict,
		}, code)
		if _, got := final(console.Errorf(code, "x")); got != want {
			t.Errorf("final(%s): got %t, want %t", code, got, want)
		}
	}
	if _, got := final(errors.New("x")); got {
		t.Error("a fault of ours is final")
	}
}
