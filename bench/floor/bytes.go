package floor

import (
	"io"
	"net/http"
	"sync/atomic"
)

// Bytes answers every GET with the bytes of the last PUT, so that the same answer can be had from a
// server that does nothing for it.
type Bytes struct{ body atomic.Pointer[[]byte] }

// maxBytes is far more than a page of anything.
const maxBytes = 4 << 20

// ServeHTTP keeps or answers.
func (b *Bytes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBytes))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.body.Store(&body)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if body := b.body.Load(); body != nil {
		_, _ = w.Write(*body) // a reader who has left is no fault
	}
}
