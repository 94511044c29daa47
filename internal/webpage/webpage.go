// Package webpage fetches one page and takes out its main text, as Markdown. It leaves where it may
// call to package outbound, and what becomes of the text to others. A Reader may be used by many
// goroutines.
package webpage

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/bimpe/bimpe/internal/outbound"
)

// MaxBody is the longest page that is worth fetching, in bytes. The client's own limit is its
// maker's to set.
const MaxBody = 4 << 20

// accept is what can be read, the best first.
const accept = "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8"

// Reader fetches pages.
type Reader struct {
	client *http.Client
	one    chan struct{} // held while a page is taken apart, which costs memory
}

// New returns a Reader that calls by the client, which must be one of package outbound.
func New(client *http.Client) *Reader {
	return &Reader{client: client, one: make(chan struct{}, 1)}
}

// Error is why there is no text. Plain says it to the user who gave the address.
type Error struct {
	message string
	passing bool
	cause   error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.message
	}
	return e.message + " (" + e.cause.Error() + ")"
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Plain is in words that a user understands.
func (e *Error) Plain() string { return e.message }

// Passing reports whether another try may go better.
func (e *Error) Passing() bool { return e.passing }

func failed(format string, args ...any) *Error { return &Error{message: fmt.Sprintf(format, args...)} }

// Read returns the main text of the page at an address, which is never empty. Its errors are an
// *Error or an *outbound.Error, both with words for the user, but where ctx has ended.
func (r *Reader) Read(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", &Error{message: "The address is not one that can be called.", cause: err}
	}
	request.Header.Set("Accept", accept)
	answer, err := r.client.Do(request)
	if err != nil {
		return "", explained(ctx, err)
	}
	text, err := r.text(ctx, answer)
	// The whole of it has been read, or nobody wants the rest.
	_ = answer.Body.Close()
	return text, err
}

func explained(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e := outbound.Explain(err); e != nil {
		return e
	}
	return err
}

// text reads an answer.
func (r *Reader) text(ctx context.Context, answer *http.Response) (string, error) {
	if err := checkStatus(answer.StatusCode); err != nil {
		return "", err
	}
	kind, err := kindOf(answer.Header)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", explained(ctx, err)
	}
	text, err := decoded(body, answer.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if kind == kindHTML {
		if text, err = r.mainText(ctx, text, answer.Request.URL); err != nil {
			return "", err
		}
	}
	switch text = tidy(text); {
	case text == "":
		return "", failed("There is no text on the page.")
	case len(text) > maxText:
		return "", tooLong()
	}
	return text, nil
}

// checkStatus says what an answer other than 200 means.
func checkStatus(status int) error {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return failed("There is no page at the address: the host answered %d.", status)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return failed("The page is not public: the host answered %d.", status)
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return &Error{message: fmt.Sprintf("The host has trouble: it answered %d.", status), passing: true}
	default:
		return failed("The host did not answer with a page but with %d.", status)
	}
}

// mainText takes a page apart, one at a time.
func (r *Reader) mainText(ctx context.Context, page string, at *url.URL) (string, error) {
	select {
	case r.one <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-r.one }()
	return extract(page, at)
}
