package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a resolver of a test's own: each look-up of a name takes the next of its answers, the
// last one stays. Nothing of it leaves the process.
type names struct {
	mu      sync.Mutex
	answers map[string][]string
	asked   int
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer func() { _ = theirs.Close() }()
			for n.answer(theirs) == nil {
			}
		}()
		return ours, nil
	}}
}

// answer does one question of a stream, which stands behind its length.
func (n *names) answer(c net.Conn) error {
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, question); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	n.fill(&m, m.Questions[0])
	reply, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}

func (n *names) fill(m *dnsmessage.Message, q dnsmessage.Question) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.TrimSuffix(q.Name.String(), ".")
	all, ok := n.answers[name]
	if !ok {
		m.RCode = dnsmessage.RCodeNameError
		return
	}
	addr := netip.MustParseAddr(all[0])
	if addr.Is4() != (q.Type == dnsmessage.TypeA) {
		return // there is none of this family
	}
	n.asked++
	if len(all) > 1 {
		n.answers[name] = all[1:]
	}
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
	if addr.Is4() {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: addr.As4()}})
		return
	}
	m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
}

func TestNamesAnswerInTurn(t *testing.T) {
	t.Parallel()
	n := &names{answers: map[string][]string{"two.test": {"192.0.2.1", "192.0.2.2"}}}
	for _, want := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.2"} {
		got, err := n.resolver().LookupNetIP(t.Context(), "ip4", "two.test")
		if err != nil || len(got) != 1 || got[0].String() != want {
			t.Errorf("LookupNetIP = %v, %v, want %s", got, err, want)
		}
	}
}
