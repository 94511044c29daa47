// Package openai asks any server that speaks the OpenAI chat completions protocol, through OpenAI's
// own client. It knows the protocol; how long, how much and what of it counts is upstream's.
package openai

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

// DefaultBaseURL is OpenAI's own server.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config says which model to ask and where. Its BaseURL goes up to and without /chat/completions; empty
// means DefaultBaseURL.
type Config = upstream.Config

// New returns a model, which is called "openai/" and its name. It returns an error for a Config that can
// never work, and asks nothing yet.
func New(c Config) (*upstream.Model, error) {
	c, err := c.Complete("openai", DefaultBaseURL)
	if err != nil {
		return nil, err
	}
	return upstream.New(c, &vendor{
		model: c.Model, post: newPost(c), official: c.Host() == "api.openai.com",
	}), nil
}

// newPost makes the client without openai.NewClient, which would take keys and addresses from the
// environment and hand them to a server they are not meant for.
func newPost(c Config) post {
	options := []option.RequestOption{
		option.WithBaseURL(strings.TrimRight(c.BaseURL, "/") + "/"),
		option.WithHTTPClient(c.HTTP),
		option.WithMaxRetries(0),
		option.WithHeader("Accept", "text/event-stream"),
		option.WithMiddleware(upstream.Bounded),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(c.Key))
	}
	client := openai.Client{Options: options}
	return func(ctx context.Context, body []byte) (*http.Response, error) {
		var res *http.Response
		err := client.Post(ctx, "chat/completions", body, &res)
		return res, err
	}
}

// post sends a request by the client. It is a function and not the client itself, which would take all
// its services along into the program: what a field of an interface's value has, the linker keeps.
type post func(ctx context.Context, body []byte) (*http.Response, error)

// vendor speaks the protocol for upstream.
type vendor struct {
	model    string
	post     post
	official bool // OpenAI's own server, which has its own name for the limit of a reply
}

// Post implements upstream.Vendor.
func (v *vendor) Post(ctx context.Context, body []byte) (*http.Response, error) {
	return v.post(ctx, body)
}

// Events implements upstream.Vendor.
func (v *vendor) Events(body io.ReadCloser) upstream.Events {
	return events{ssestream.NewDecoder(&http.Response{Body: body, Header: http.Header{}})}
}

// events are those of the client's decoder.
type events struct{ ssestream.Decoder }

func (e events) Data() []byte { return e.Event().Data }

// Refusal implements upstream.Vendor.
func (v *vendor) Refusal(err error) (llm.Kind, []string) {
	e, ok := errors.AsType[*openai.Error](err)
	if !ok {
		return "", nil
	}
	if e.Code == "insufficient_quota" {
		return llm.KindRefused, []string{e.Type, e.Code} // waiting does not help
	}
	return "", []string{e.Type, e.Code}
}
