// Package traces draws what happens to a request as spans, for OpenTelemetry: the request, the turn that it
// began, and what the turn did, model calls included. It knows names and attributes, and nothing of
// the parts that are drawn: each of them declares what it tells, and app introduces them.
//
//	request ─▶ turn ─┬─▶ brief
//	                 ├─▶ rule, flow, knowledge, …      a span for each step of the turn's record
//	                 ├─▶ model ─▶ POST                 one for each asking, and its HTTP calls
//	                 └─▶ commit
//
// No span holds what people wrote, nor a secret. Spans wait in a queue of a fixed length for a goroutine of
// the exporter; when it is full they are dropped, so that nothing waits for a collector. Everything here may
// be used by many goroutines.
package traces

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config says where spans go.
type Config struct {
	Version string
	Node    string                   // this process
	Getenv  func(name string) string // OpenTelemetry's own settings; must be set
	Log     *slog.Logger             // hears when the collector goes and comes; must be set
}

// Traces draws spans. Make one with New.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	parents  propagation.TraceContext
}

// New returns a Traces, nil where no endpoint is named or OpenTelemetry is switched off. The error names
// each setting that cannot be. The SDK reads the settings of its queue, limits, sampler and resource by
// itself. Stop must follow.
func New(ctx context.Context, c Config) (*Traces, error) {
	to, err := readSettings(c.Getenv)
	if err != nil || !to.on {
		return nil, err
	}
	exporter, err := otlptrace.New(ctx, newClient(to, c.Log))
	if err != nil {
		return nil, fmt.Errorf("begin to export traces: %w", err)
	}
	// What the environment says goes before what is known here.
	of, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "bimpe"), attribute.String("service.version", c.Version),
		attribute.String("service.instance.id", c.Node), attribute.String("process.runtime.version", runtime.Version()),
	), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(of))
	return &Traces{provider: p, tracer: p.Tracer("github.com/bimpe/bimpe")}, nil
}

// Stop sends what waits, for as long as ctx lives.
func (t *Traces) Stop(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// Trace is how a part that goes on behind the span of a context finds it, in the form of a traceparent; empty
// where there is none.
func (t *Traces) Trace(ctx context.Context) string {
	parent := propagation.MapCarrier{}
	t.parents.Inject(ctx, parent)
	return parent["traceparent"]
}

// behind returns a context in which spans begin behind what Trace returned.
func (t *Traces) behind(ctx context.Context, parent string) context.Context {
	if parent == "" {
		return ctx
	}
	return t.parents.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// told are the attributes of a span that stand in a log line too, by their names there. All others are for
// the log alone: errors may repeat what others wrote.
func told(attrs []slog.Attr) []attribute.KeyValue {
	all := make([]attribute.KeyValue, 0, len(attrs))
	for _, a := range attrs {
		name := ""
		switch a.Key {
		case "method":
			name = "http.request.method"
		case "route":
			name = "http.route"
		case "status":
			name = "http.response.status_code"
		case "code":
			name = "error.type"
		case "team", "conversation", "agent", "turn", "attempt", "request_id", "outcome", "replayed":
			name = "bimpe." + a.Key
		default:
			continue
		}
		switch v := a.Value; v.Kind() {
		case slog.KindInt64:
			all = append(all, attribute.Int64(name, v.Int64()))
		case slog.KindBool:
			all = append(all, attribute.Bool(name, v.Bool()))
		default:
			all = append(all, attribute.String(name, strings.ToValidUTF8(v.String(), "\uFFFD")))
		}
	}
	return all
}
