package floor

import "net/http"

// Stream is an event stream on which nothing ever comes: its head, and then the wait for the reader to
// leave. It does not even send heartbeats.
func Stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // as for bytes
	<-r.Context().Done()
}
