package redisbus

import "sync"

// interests are the channels that somebody here listens to.
type interests struct {
	mu      sync.Mutex
	by      map[string]*interest // held under mu
	stale   []string             // channels of which Redis is to be told; held under mu
	late    map[string]int       // confirmations that are on their way to who left before; held under mu
	changed chan struct{}        // holds one: there is something in stale
}

type interest struct {
	readers    int
	subscribed bool          // Redis has been told
	ready      chan struct{} // closed once Redis has confirmed
	confirmed  bool
}

// hold counts a reader of each channel and returns what is closed once its hints arrive.
func (i *interests) hold(channels []string) []<-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	ready := make([]<-chan struct{}, 0, len(channels))
	for _, c := range channels {
		in := i.by[c]
		if in == nil {
			in = &interest{ready: make(chan struct{})}
			i.by[c] = in
			i.note(c)
		}
		in.readers++
		ready = append(ready, in.ready)
	}
	return ready
}

// release gives up what hold took.
func (i *interests) release(channels []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, c := range channels {
		in := i.by[c]
		if in == nil {
			continue
		}
		if in.readers--; in.readers == 0 {
			i.note(c)
		}
	}
}

// note has Redis told of a channel. It is called under mu.
func (i *interests) note(channel string) {
	i.stale = append(i.stale, channel)
	select {
	case i.changed <- struct{}{}:
	default:
	}
}

// listening reports whether somebody here listens to a channel.
func (i *interests) listening(channel string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	in := i.by[channel]
	return in != nil && in.readers > 0
}

// changes returns what Redis is to be told.
func (i *interests) changes() (enter, leave []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, c := range i.stale {
		in := i.by[c]
		switch {
		case in == nil:
		case in.readers == 0:
			delete(i.by, c)
			if in.subscribed {
				leave = append(leave, c)
			}
			if in.subscribed && !in.confirmed {
				i.late[c]++
			}
		case !in.subscribed:
			in.subscribed = true
			enter = append(enter, c)
		}
	}
	i.stale = nil
	return enter, leave
}

// again returns all channels, to be told to a new connection.
func (i *interests) again() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []string
	for c, in := range i.by {
		if in.readers == 0 {
			delete(i.by, c)
			continue
		}
		in.subscribed = true
		all = append(all, c)
	}
	i.stale = nil
	clear(i.late)
	return all
}

// confirm notes that Redis has been heard to send what is said on a channel.
func (i *interests) confirm(channel string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if n := i.late[channel]; n > 1 {
		i.late[channel]--
		return
	} else if n == 1 {
		delete(i.late, channel)
		return
	}
	if in := i.by[channel]; in != nil && !in.confirmed {
		in.confirmed = true
		close(in.ready)
	}
}
