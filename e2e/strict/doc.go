// Package strict holds a server's answers to what the strictest client of an era expects of them:
// every field there, of the right type, null only where null may be, words out of a fixed list,
// integers without a fraction, times and ids of one form, envelopes without a stray key.
//
// What each era expects stands in a table of its own, 0.1.txt and 0.4.txt, which [Load] reads. An
// operation is a line
//
//	operation GET /agents 200 page Agent
//
// of the method, the path, the status of a success, and what its data is: one X, all X (a list that
// comes whole), page X (a page of a list), null, or stream X (events that carry an X). The status
// 501 stands alone: such an operation is there to say that it does nothing. A shape is a line and
// its fields, each with its type:
//
//	shape AgentDetail is Agent
//	  persona          one of friendly concise, or null
//	  channels         list of Channel
//	  phone_number?    words
//
// A ? marks a field that is left out when there is nothing to say, and so is never null. The types
// are id, words (text that is not empty), text, time, url, integer (not negative), whole (of either sign),
// number, truth,
// object, anything (null too), "one of" with its words, "list of" a type, and the names of shapes.
//
// Nothing here does I/O or keeps state that changes; all of it may be used at the same time.
package strict
