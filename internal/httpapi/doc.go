// Package httpapi is the wire: it speaks the Console API over HTTP. It knows paths, headers, JSON
// and event streams; what things mean it leaves to the rooms, and where they are kept to the store.
//
// The whole API is the table in operations.go. An operation is a method, a path, a scope and an
// endpoint; an endpoint is made by read, page, whole or write from a function over typed rooms.
// huma makes the OpenAPI document and the validating schemas out of the Go types of a table's line.
//
//	request id ▶ log line ▶ recover ▶ CORS ▶ route ▶ key ▶ rate window ▶ size ▶ scope ▶ decode, validate
//	   ▶ read ───────────────────────────────────▶ room ▶ Reads ─┐
//	   ▶ write: claim the idempotency key ▶ room ▶ Tx ▶ keep ────┴▶ envelope
//
// Every way out that is not a success goes through writeError. An API may be used by many
// goroutines; nothing here runs longer than its request.
package httpapi
