// Package app is where everything meets: it makes the store, the rooms, the engine and the API from
// one Config, introduces them to each other, runs them and stops them in order. It has no rules of
// its own.
//
//	Config ─▶ Build ─▶ App ─▶ Run ── context ends ──▶ not ready, streams end, requests finish,
//	             │                                    turns finish or are handed over, store closes
//	             └─ Admin: teams and keys, also beside a running server
package app
