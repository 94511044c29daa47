package traces

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/bimpe/bimpe/internal/console"
)

// Request begins the span of a request, behind the one that its headers name, and returns what ends it by what its
// log line says. It is of httpapi.Tracer.
func (t *Traces) Request(r *http.Request) (context.Context, func(status int, attrs []slog.Attr)) {
	ctx := t.parents.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	return ctx, func(status int, attrs []slog.Attr) {
		all := told(attrs)
		for _, a := range all {
			if a.Key == "http.route" && a.Value.AsString() != "" {
				span.SetName(a.Value.AsString()) // the mux's pattern begins with the method
			}
		}
		span.SetAttributes(all...)
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Turn begins the span of a turn behind a request's, and returns what ends it by what its log line says. It is
// of turns.Tracer.
func (t *Traces) Turn(ctx context.Context, parent string) (context.Context, func(failed bool, attrs []slog.Attr)) {
	ctx, span := t.tracer.Start(t.behind(ctx, parent), "turn")
	return ctx, func(failed bool, attrs []slog.Attr) {
		span.SetAttributes(told(attrs)...)
		if failed {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Part begins the span of a part of a turn, and returns what ends it. It is of turns.Tracer.
func (t *Traces) Part(ctx context.Context, name string) func() {
	_, span := t.tracer.Start(ctx, name)
	return func() { span.End() }
}

// Ask begins the span of an asking of a model, which Step ends. It is of turns.Tracer.
func (t *Traces) Ask(ctx context.Context) context.Context {
	ctx, _ = t.tracer.Start(ctx, "model")
	return ctx
}

// Step draws a step of a turn's record; that of an asking is the span of ctx itself. It is of turns.Tracer.
func (t *Traces) Step(ctx context.Context, s console.Step) {
	if s.Kind == console.StepModel {
		end(trace.SpanFromContext(ctx), s)
		return
	}
	_, span := t.tracer.Start(ctx, string(s.Kind), trace.WithTimestamp(s.At))
	end(span, s)
}

// end says of a step what stands in its record, but for what people wrote: names of flows and steps are the team's,
// notes may quote.
func end(span trace.Span, s console.Step) {
	attrs := make([]attribute.KeyValue, 0, 8)
	text := func(name, value string) {
		if value != "" {
			attrs = append(attrs, attribute.String(name, strings.ToValidUTF8(value, "\uFFFD")))
		}
	}
	number := func(name string, value int64) {
		if value != 0 {
			attrs = append(attrs, attribute.Int64(name, value))
		}
	}
	text("bimpe.rule", s.Rule)
	text("gen_ai.provider.name", s.Model.Provider)
	text("gen_ai.request.model", s.Model.Name)
	text("error.type", s.Fault)
	number("bimpe.try", int64(s.Try))
	number("bimpe.waited_ms", s.Waited.Milliseconds())
	number("bimpe.sources", int64(len(s.Sources)))
	number("gen_ai.usage.input_tokens", s.Tokens.Prompt)
	number("gen_ai.usage.output_tokens", s.Tokens.Completion)
	span.SetAttributes(attrs...)
	if s.Fault != "" && s.Fault != console.FaultCut && s.Fault != console.FaultCalls { // which leave a reply
		span.SetStatus(codes.Error, s.Fault)
	}
	span.End()
}
