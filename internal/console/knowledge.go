package console

import "time"

// KnowledgeBase is a text that an agent may rest its answers on.
type KnowledgeBase struct {
	ID          ID
	AgentID     ID
	Kind        KnowledgeKind
	Name        string
	Description *string
	URL         *string
	Content     *string // nil: it has not been fetched yet
	CreatedAt   time.Time
	UpdatedAt   time.Time

	Status    KnowledgeStatus
	Problem   *string    // why the last fetch brought nothing, for the user; nil once one did
	FetchedAt *time.Time // when Content came from URL; nil: never
	Fetch     Fetch
}

// KnowledgeKind says where a knowledge base comes from.
type KnowledgeKind string

// The kinds of the contract.
const (
	KnowledgeText KnowledgeKind = "text"
	KnowledgeURL  KnowledgeKind = "url"
)

// KnowledgeStatus says how far a knowledge base is.
type KnowledgeStatus string

// A text is ready at once. A page is pending until a server takes it, fetching while one does, and
// then ready, or failed for good; pending again where another try may go better.
const (
	KnowledgePending  KnowledgeStatus = "pending"
	KnowledgeFetching KnowledgeStatus = "fetching"
	KnowledgeReady    KnowledgeStatus = "ready"
	KnowledgeFailed   KnowledgeStatus = "failed"
)

// Fetch is the work that a knowledge base waits for.
type Fetch struct {
	Number int64      // rises with each fetch that is asked for or taken, so that a late one is known
	Tries  int        // of the fetch that was asked for last, the one under way included
	Due    *time.Time // when it may be taken; nil: nothing is to be fetched
	Node   ID         // who has taken it; empty: nobody
}

// Taker is who looks for a page to fetch.
type Taker struct {
	Node    ID
	At      time.Time
	Running []ID // knowledge bases that it works on
	Busy    []ID // teams of which it takes no more for now
}

// Taken is a page that a node is to fetch.
type Taken struct {
	Team     ID
	Language string // the agent's
	Base     KnowledgeBase
}

// Passage is a piece of a knowledge base that is short enough to quote.
type Passage struct {
	ID     ID
	BaseID ID
	Source string // the knowledge base's name
	Text   string
	Terms  []Term // what a search by words finds it by
	Length int    // number of words that count
}

// Term is a word of a passage and how often it stands there.
type Term struct {
	Word  string
	Count int
}

// Postings is where words stand in an agent's passages.
type Postings struct {
	Passages      int     // how many passages the agent has
	AverageLength float64 // of a passage, in words that count
	Hits          []Hit
}

// Hit is one word of a search in one passage.
type Hit struct {
	PassageID     ID
	Word          string
	Count         int // of the word in the passage
	PassageLength int
}
