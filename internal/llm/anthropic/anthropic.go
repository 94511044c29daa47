// Package anthropic asks any server that speaks Anthropic's Messages protocol, through Anthropic's own
// client. It knows the protocol; how long, how much and what of it counts is upstream's.
package anthropic

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/ssestream"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

// DefaultBaseURL is Anthropic's own server.
const DefaultBaseURL = "https://api.anthropic.com"

// DefaultMaxTokens is the limit of a reply where a request names none: the protocol wants one.
const DefaultMaxTokens = 4096

// Config says which model to ask and where. Its BaseURL goes up to and without /v1/messages, and may end
// with /v1; empty means DefaultBaseURL.
type Config = upstream.Config

// New returns a model, which is called "anthropic/" and its name. It returns an error for a Config that
// can never work, and asks nothing yet.
func New(c Config) (*upstream.Model, error) {
	c, err := c.Complete("anthropic", DefaultBaseURL)
	if err != nil {
		return nil, err
	}
	return upstream.New(c, &vendor{model: c.Model, post: newPost(c)}), nil
}

// newPost makes the client without anthropic.NewClient, which would take keys, profiles and addresses
// from the environment and hand them to a server they are not meant for.
func newPost(c Config) post {
	base := strings.TrimSuffix(strings.TrimRight(c.BaseURL, "/"), "/v1")
	options := []option.RequestOption{
		option.WithBaseURL(base + "/"),
		option.WithHTTPClient(c.HTTP),
		option.WithMaxRetries(0),
		option.WithMiddleware(upstream.Bounded),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(c.Key))
	}
	client := anthropic.Client{Options: options}
	return func(ctx context.Context, body []byte) (*http.Response, error) {
		var res *http.Response
		err := client.Post(ctx, "v1/messages", body, &res)
		return res, err
	}
}

// post sends a request by the client. It is a function and not the client itself, which would take all
// its services along into the program: what a field of an interface's value has, the linker keeps.
type post func(ctx context.Context, body []byte) (*http.Response, error)

// vendor speaks the protocol for upstream.
type vendor struct {
	model string
	post  post
}

// Post implements upstream.Vendor.
func (v *vendor) Post(ctx context.Context, body []byte) (*http.Response, error) {
	return v.post(ctx, body)
}

// Events implements upstream.Vendor.
func (v *vendor) Events(body io.ReadCloser) upstream.Events {
	return events{ssestream.NewDecoder(&http.Response{Body: body, Header: http.Header{}})}
}

// events are those of the client's decoder. What an event is called stands in its data, too.
type events struct{ ssestream.Decoder }

func (e events) Data() []byte { return e.Event().Data }

// Refusal implements upstream.Vendor.
func (v *vendor) Refusal(err error) (llm.Kind, []string) {
	e, ok := errors.AsType[*anthropic.Error](err)
	if !ok {
		return "", nil
	}
	name := string(e.Type())
	return kindOf(name), []string{name}
}

// kindOf is what the protocol's own name of an error means, or none where it is not one.
func kindOf(name string) llm.Kind {
	switch name {
	case "overloaded_error", "rate_limit_error":
		return llm.KindOverloaded
	case "api_error":
		return llm.KindUnavailable
	case "timeout_error":
		return llm.KindTimeout
	case "authentication_error", "permission_error", "billing_error":
		return llm.KindRefused
	case "invalid_request_error", "not_found_error", "request_too_large":
		return llm.KindInvalid
	default:
		return ""
	}
}
