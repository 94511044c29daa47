package stream_test

import (
	"fmt"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// ids are as long as real ones, so that they weigh as much.
func ids(n int) []console.ID {
	all := make([]console.ID, n)
	for i := range all {
		all[i] = console.ID(fmt.Sprintf("cmqtuq8xu010fpc6ekp%06d", i))
	}
	return all
}

// BenchmarkSubscribe's B/op is what an idle stream weighs.
func BenchmarkSubscribe(b *testing.B) {
	for name, live := range map[string]bool{"plain": false, "live": true} {
		b.Run(name, func(b *testing.B) {
			h, at := stream.NewHub(), ids(10_000)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				s, err := h.Subscribe(stream.Request{Team: "t", Key: "k", Conversation: at[i%len(at)], Live: live})
				if err != nil {
					b.Fatal(err)
				}
				i++
				if i%10_000 == 0 {
					h.Shutdown()
					h = stream.NewHub()
				}
				_ = s // kept by the hub
			}
		})
	}
}

func BenchmarkSaid(b *testing.B) {
	for _, readers := range []int{0, 1, 10, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			h := stream.NewHub()
			var subs []*stream.Subscription
			for range readers {
				subs = append(subs, subscribe(b, h, stream.Request{Team: "t", Key: "k", Conversation: "c"}))
			}
			m := message("c", 1)
			b.ReportAllocs()
			for b.Loop() {
				h.Said(m)
				for _, s := range subs {
					<-s.Events()
				}
			}
		})
	}
}

func BenchmarkDelta(b *testing.B) {
	h := stream.NewHub()
	s := subscribe(b, h, stream.Request{Team: "t", Key: "k", Conversation: "c", Live: true})
	b.ReportAllocs()
	for b.Loop() {
		h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "text")
		<-s.Events()
	}
}
