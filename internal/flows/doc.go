// Package flows decides what an agent's rules and flows answer to a message. It is pure: it reads no
// clock, does no I/O and keeps nothing; what is to be done about a decision is for the reply engine.
// Everything in it may be called at the same time.
//
// A Set is compiled once from the rules and flows of one version of an agent and its workflow, and
// then decides each message by itself:
//
//	            message, state of the conversation
//	                           │
//	     flow in progress? ────┤
//	     │ yes                 │ no
//	     ▼                     ▼
//	cancelled? ─▶ leave     rule? ─▶ its response
//	an answer? ─▶ next step    │ none
//	rule? ─▶ its response      ▼
//	  and the question again  flow's trigger? ─▶ its first steps
//	a question? ─▶ the model   │ none
//	  and the question again   ▼
//	else ─▶ retry, at last  the model
//	        a human
//
// What a Set has decided is said word for word. The language is described in docs/rules.md.
package flows
