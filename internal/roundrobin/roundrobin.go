// Package roundrobin is a proxy of TCP for tests: it stands before several nodes, and can break what it carries.
package roundrobin

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy gives each connection to the next node that takes it.
type Proxy struct {
	listener net.Listener
	nodes    func() []string // their addresses, those of dead ones too

	work sync.WaitGroup
	mu   sync.Mutex
	next int                   // held under mu
	open map[net.Conn]struct{} // both ends of each connection; held under mu
	over bool                  // held under mu
}

// dialTime is long for a machine with much to do, and a node that died refuses at once.
const dialTime = 5 * time.Second

// Open listens on a free port. Nodes returns their addresses, host:port, those of dead ones too. The caller closes it.
func Open(ctx context.Context, nodes func() []string) (*Proxy, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, nodes: nodes, open: map[net.Conn]struct{}{}}
	p.work.Go(p.serve)
	return p, nil
}

// Base is its address, as of a server.
func (p *Proxy) Base() string { return "http://" + p.listener.Addr().String() }

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // it was closed
		}
		p.work.Go(func() { p.carry(client) })
	}
}

// carry passes a connection on to a node, until either side is at its end.
func (p *Proxy) carry(client net.Conn) {
	defer p.forget(client)
	if !p.keep(client) {
		return
	}
	node := p.dial()
	if node == nil {
		return
	}
	defer p.forget(node)
	if !p.keep(node) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { pass(node, client) })
	both.Go(func() { pass(client, node) })
	both.Wait()
}

// pass copies one direction and ends it, so that the other may still be answered.
func pass(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok && err == nil {
		_ = half.CloseWrite() // it may be gone
		return
	}
	_ = errors.Join(to.Close(), from.Close()) // one of them broke
}

// dial connects to the next node that takes it, nil if none does.
func (p *Proxy) dial() net.Conn {
	all := p.nodes()
	p.mu.Lock()
	first := p.next
	p.next++
	p.mu.Unlock()
	for i := range all {
		ctx, cancel := context.WithTimeout(context.Background(), dialTime)
		c, err := new(net.Dialer).DialContext(ctx, "tcp", all[(first+i)%len(all)])
		cancel()
		if err == nil {
			return c
		}
	}
	return nil
}

// keep notes a connection, and refuses it once the proxy is closed.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.open[c] = struct{}{}
	}
	return !p.over
}

func (p *Proxy) forget(c net.Conn) {
	_ = c.Close() // it may be closed
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
}

// Cut breaks all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close() // as above
	}
}

// Close breaks all connections and takes no more.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	_ = p.listener.Close() // nobody comes any more
	p.Cut()
	p.work.Wait()
}
