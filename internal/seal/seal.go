// Package seal keeps secrets at rest. From one master key it derives a key for each purpose, so
// that what was sealed for one cannot be opened for another. It leaves it to the caller where
// sealed bytes are stored.
//
// Sealed bytes are: the version, 1 byte; the master key's id, 8 bytes; a nonce, 12 bytes; the
// ciphertext and its tag of AES-256-GCM, which also vouches for version and id. Nonces are random,
// which is safe for 2^32 seals of one purpose under one master key.
//
// A Sealer may be used by many goroutines.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// MasterLength is the length of a master key in bytes.
const MasterLength = 32

// What Open says. Both are ours to know; neither holds anything of the secret.
var (
	// ErrOtherKey: it was sealed under another master key.
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

// Sealer seals and opens under one master key. Make one with New.
type Sealer struct {
	master []byte
	print  []byte
}

// New returns a Sealer under a master key of MasterLength bytes.
func New(master []byte) (*Sealer, error) {
	if len(master) != MasterLength {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", MasterLength, len(master))
	}
	s := &Sealer{master: slices.Clone(master)}
	s.print = s.derive("fingerprint", "")[:printLength]
	return s, nil
}

// Seal returns plain sealed for a purpose. The same plain is sealed differently each time.
func (s *Sealer) Seal(plain []byte, purpose string) []byte {
	head := append(make([]byte, 0, headLength+overhead+len(plain)), version)
	head = append(head, s.print[:idLength]...)
	return s.aead(purpose).Seal(head, nil, plain, head)
}

// Open returns what was sealed for the purpose, or else an error that is ErrOtherKey or ErrBroken.
func (s *Sealer) Open(sealed []byte, purpose string) ([]byte, error) {
	if len(sealed) < headLength+overhead || sealed[0] != version {
		return nil, ErrBroken
	}
	head, box := sealed[:headLength], sealed[headLength:]
	if !bytes.Equal(head[1:], s.print[:idLength]) {
		return nil, ErrOtherKey
	}
	plain, err := s.aead(purpose).Open(nil, nil, box, head)
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// Derive returns 32 bytes for a purpose other than sealing, always the same under one master key.
func (s *Sealer) Derive(purpose string) []byte { return s.derive("derive", purpose) }

// Fingerprint identifies the master key without revealing it: 16 bytes, always the same.
func (s *Sealer) Fingerprint() []byte { return slices.Clone(s.print) }

func (s *Sealer) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(s.derive("seal", purpose))
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
func (s *Sealer) derive(use, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, s.master, nil, "bimpe v1 "+use+":"+purpose, keyLength)
	if err != nil {
		panic("seal: " + err.Error()) // 32 bytes are within what HKDF gives
	}
	return key
}
