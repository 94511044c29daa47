package console

// Answer is what a write answered, kept under its idempotency key so that a repetition gets the
// same and does nothing.
type Answer struct {
	Fingerprint [32]byte // of method, path, query and body: another request may not use the key
	Status      int
	Body        []byte // sealed if it holds a secret; nil: what was answered has been erased since
	Sealed      bool
}
