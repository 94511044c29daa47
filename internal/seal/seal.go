// Package seal keeps secrets at rest. From one master key it derives a key for each purpose, so
// that what was sealed for one cannot be opened for another. It leaves it to the caller where
// sealed bytes are stored.
//
// Sealed bytes are: the version, 1 byte; the master key's id, 8 bytes; a nonce, 12 bytes; the
// ciphertext and its tag of AES-256-GCM, which also vouches for version and id. Nonces are random,
// which is safe for 2^32 seals of one purpose under one master key.
//
// A master key is replaced by one more key: what was sealed before says by its id which of them opens
// it, until it has been sealed anew.
//
// A Sealer may be used by many goroutines.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// MasterLength is the length of a master key in bytes.
const MasterLength = 32

// What Open says. Both are ours to know; neither holds anything of the secret.
var (
	// ErrOtherKey: it was sealed under a master key that is not among ours.
	ErrOtherKey = errors.New("sealed under another master key")
	// ErrBroken: it is not what was sealed for this purpose.
	ErrBroken = errors.New("not what was sealed")
)

const (
	version     = 1
	idLength    = 8
	headLength  = 1 + idLength
	overhead    = 12 + 16 // nonce and tag
	keyLength   = 32
	printLength = 16
)

// Sealer seals under one master key and opens under that and older ones. Make one with New.
type Sealer struct {
	current key
	older   []key
}

// key is a master key and what identifies it.
type key struct{ master, print []byte }

// New returns a Sealer under a master key of MasterLength bytes, which also opens what was sealed
// under older ones.
func New(master []byte, older ...[]byte) (*Sealer, error) {
	s := &Sealer{}
	for i, m := range append([][]byte{master}, older...) {
		if len(m) != MasterLength {
			return nil, fmt.Errorf("a master key has %d bytes, not %d", MasterLength, len(m))
		}
		k := key{master: slices.Clone(m)}
		k.print = k.derive("fingerprint", "")[:printLength]
		if i == 0 {
			s.current = k
		} else {
			s.older = append(s.older, k)
		}
	}
	return s, nil
}

// Seal returns plain sealed for a purpose. The same plain is sealed differently each time.
func (s *Sealer) Seal(plain []byte, purpose string) []byte {
	head := append(make([]byte, 0, headLength+overhead+len(plain)), s.Head()...)
	return s.current.aead(purpose).Seal(head, nil, plain, head)
}

// Head is what everything begins with that is sealed under the current master key.
func (s *Sealer) Head() []byte { return s.current.head() }

// ID names the current master key, without revealing it, as what is sealed under it does: 16 hexadecimal digits.
func (s *Sealer) ID() string { return hex.EncodeToString(s.current.print[:idLength]) }

func (k key) head() []byte { return append([]byte{version}, k.print[:idLength]...) }

// Open returns what was sealed for the purpose, or else an error that is ErrOtherKey or ErrBroken.
func (s *Sealer) Open(sealed []byte, purpose string) ([]byte, error) {
	if len(sealed) < headLength+overhead || sealed[0] != version {
		return nil, ErrBroken
	}
	head, box := sealed[:headLength], sealed[headLength:]
	for _, k := range append([]key{s.current}, s.older...) {
		if !bytes.Equal(head, k.head()) {
			continue
		}
		plain, err := k.aead(purpose).Open(nil, nil, box, head)
		if err != nil {
			return nil, ErrBroken
		}
		return plain, nil
	}
	return nil, ErrOtherKey
}

// Reseal seals anew under the current master key what was sealed under any of ours. Its errors are
// those of Open.
func (s *Sealer) Reseal(sealed []byte, purpose string) ([]byte, error) {
	plain, err := s.Open(sealed, purpose)
	if err != nil {
		return nil, err
	}
	return s.Seal(plain, purpose), nil
}

// Derive returns 32 bytes for a purpose other than sealing, always the same under one current master
// key.
func (s *Sealer) Derive(purpose string) []byte { return s.current.derive("derive", purpose) }

// Fingerprint identifies the current master key without revealing it: 16 bytes, always the same.
func (s *Sealer) Fingerprint() []byte { return slices.Clone(s.current.print) }

// Older are the fingerprints of the older master keys.
func (s *Sealer) Older() [][]byte {
	var all [][]byte
	for _, k := range s.older {
		all = append(all, slices.Clone(k.print))
	}
	return all
}

func (k key) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal", purpose))
	if err != nil {
		panic("seal: " + err.Error()) // the key is of the right length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("seal: " + err.Error()) // AES has the right block size
	}
	return aead
}

// derive returns a key for a use and a purpose. Uses hold no colon, so no two of them meet.
func (k key) derive(use, purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.master, nil, "bimpe v1 "+use+":"+purpose, keyLength)
	if err != nil {
		panic("seal: " + err.Error()) // 32 bytes are within what HKDF gives
	}
	return derived
}
