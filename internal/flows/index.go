package flows

// index finds the parts of triggers that stand in a message. Phrases are found all at once, by an
// automaton over words (Aho and Corasick's): the time grows with the message, not with the triggers.
type index struct {
	rules int              // the owners that are rules; all others are flows
	ids   map[string]int32 // of the words that occur in triggers; from 1
	next  map[edge]int32   // of the automaton
	nodes []node           // 0 is the beginning
	sets  []set            // the word sets, each once
	bag   map[int32][]int32
	exprs []indexedExpression
	signs bool // emoji occur in triggers
}

type edge struct{ node, word int32 }

// node is a place in the automaton: the beginning of one or more phrases.
type node struct {
	fail   int32 // the longest other beginning that ends here
	output int32 // the nearest node on the way of fails at which a phrase ends; 0: none
	found  []ref // whose phrases end here
}

// ref is one part of one owner: of a rule, or of a flow.
type ref struct {
	owner, part int32
	length      int32 // that a match counts
}

type set struct {
	size  int
	found []ref
}

type indexedExpression struct {
	e     *regex
	found []ref
}

func newIndex(rules int) *index {
	return &index{
		rules: rules, ids: map[string]int32{}, next: map[edge]int32{}, nodes: make([]node, 1), bag: map[int32][]int32{},
	}
}

func (x *index) add(p part, e *regex, r ref) {
	switch p.kind {
	case phrase:
		x.addPhrase(p.words, r)
	case wordSet:
		x.addSet(p.words, r)
	case expression:
		x.exprs = append(x.exprs, indexedExpression{e: e, found: []ref{r}})
	}
}

func (x *index) id(word string) int32 {
	id, ok := x.ids[word]
	if !ok {
		id = int32(len(x.ids) + 1)
		x.ids[word] = id
		x.signs = x.signs || len(signs(word)) > 0
	}
	return id
}

func (x *index) addPhrase(phrase []string, r ref) {
	at := int32(0)
	for _, w := range phrase {
		e := edge{at, x.id(w)}
		to, ok := x.next[e]
		if !ok {
			to = int32(len(x.nodes))
			x.next[e] = to
			x.nodes = append(x.nodes, node{})
		}
		at = to
	}
	x.nodes[at].found = append(x.nodes[at].found, r)
}

func (x *index) addSet(set0 []string, r ref) {
	n := int32(len(x.sets))
	x.sets = append(x.sets, set{size: len(set0), found: []ref{r}})
	for _, w := range set0 {
		id := x.id(w)
		x.bag[id] = append(x.bag[id], n)
	}
}

// link makes the automaton whole, once all phrases are in: breadth first, since a place's fail is
// nearer to the beginning than itself.
func (x *index) link() {
	out := make([][]edge, len(x.nodes))
	for e, to := range x.next {
		out[e.node] = append(out[e.node], edge{to, e.word})
	}
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range out[at] {
			if at != 0 {
				x.nodes[e.node].fail = x.step(x.nodes[at].fail, e.word)
			}
			fail := x.nodes[e.node].fail
			if x.nodes[e.node].output = x.nodes[fail].output; len(x.nodes[fail].found) > 0 {
				x.nodes[e.node].output = fail
			}
			queue = append(queue, e.node)
		}
	}
}

// step is where the automaton goes from a place by a word.
func (x *index) step(at, word int32) int32 {
	for {
		if to, ok := x.next[edge{at, word}]; ok {
			return to
		}
		if at == 0 {
			return 0
		}
		at = x.nodes[at].fail
	}
}

// match returns what of the triggers is in the message.
func (x *index) match(h heard) *hits {
	found := &hits{rules: x.rules}
	m := matching{x: x, found: found}
	m.walk(h.words)
	if x.signs {
		m.walk(signs(h.raw))
	}
	if len(x.exprs) == 0 {
		return found
	}
	lowered := lower(h.text)
	for _, e := range x.exprs {
		if e.e.in(h.text, lowered) {
			found.put(e.found)
		}
	}
	return found
}

// matching is one walk over a message. What was met once is not looked at again, so that a message
// that says the same over and over costs no more than its length.
type matching struct {
	x     *index
	found *hits
	ended []bool // places whose phrases are found already
	heard []bool // words
	left  []int  // of each word set, the words that are missing
}

func (m *matching) walk(all []string) {
	at := int32(0)
	for _, w := range all {
		id, known := m.x.ids[w]
		if !known {
			at = 0
			continue
		}
		m.count(id)
		at = m.x.step(at, id)
		m.end(at)
	}
}

func (m *matching) end(at int32) {
	for at != 0 {
		n := m.x.nodes[at]
		if len(n.found) > 0 {
			if m.ended == nil {
				m.ended = make([]bool, len(m.x.nodes))
			}
			if m.ended[at] {
				return // and so were all that it ends in
			}
			m.ended[at] = true
			m.found.put(n.found)
		}
		at = n.output
	}
}

func (m *matching) count(word int32) {
	sets := m.x.bag[word]
	if len(sets) == 0 {
		return
	}
	if m.heard == nil {
		m.heard = make([]bool, len(m.x.ids)+1)
		m.left = make([]int, len(m.x.sets))
		for i, s := range m.x.sets {
			m.left[i] = s.size
		}
	}
	if m.heard[word] {
		return
	}
	m.heard[word] = true
	for _, s := range sets {
		if m.left[s]--; m.left[s] == 0 {
			m.found.put(m.x.sets[s].found)
		}
	}
}
