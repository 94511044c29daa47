package console

import "time"

// Day is a day in UTC, counted from 1 January 1970.
type Day int64

// DayOf returns the day of a moment.
func DayOf(at time.Time) Day { return Day(at.UTC().Unix() / int64((24 * time.Hour).Seconds())) }

// Begins is the first moment of the day.
func (d Day) Begins() time.Time { return time.Unix(int64(d)*int64((24*time.Hour).Seconds()), 0).UTC() }

// Usage is what was spent in one currency, or without a price, all of it together or by some of its
// dimensions.
type Usage struct {
	Day   *Day      // nil: all days that were asked for
	Agent *ID       // nil: all agents
	Key   *ID       // nil: all keys; an empty one: what came without a key
	Model *ModelRef // nil: all models; an empty one: turns that needed none

	Turns     int64 // that ended, or that were stopped at work
	Asked     int64 // how often a model was asked
	Tokens    Tokens
	Estimated int64 // of the tokens, those of which the provider did not say the number
	Cost      Money
}

// UsageFilter narrows what is counted, and says by what it is told apart.
type UsageFilter struct {
	From, To Day // both included
	Agent    ID  // empty: any
	Key      ID  // empty: any
	Model    string

	By []UsageBy // in this order; empty: one row of all
}

// UsageBy is what usage can be told apart by.
type UsageBy string

// The four of them.
const (
	UsageByDay   UsageBy = "day"
	UsageByAgent UsageBy = "agent"
	UsageByModel UsageBy = "model"
	UsageByKey   UsageBy = "key"
)

// MaxUsageDays is how many days are counted together at most.
const MaxUsageDays = 366

// MaxTokenBound is more than anybody spends, and far from where sums overflow.
const MaxTokenBound = 1_000_000_000_000

// Bound is what may be spent on a day, and what has been. The zero value is no bound.
type Bound struct {
	Set   bool
	Most  int64 // tokens
	Spent int64 // 0 where no bound is set
}

// BoundOf is the bound that a number of tokens stands for: 0 is none, and less that nothing may be spent.
func BoundOf(n int64) Bound { return Bound{Set: n != 0, Most: max(n, 0)} }

// Bounds are all that bound the tokens of a turn's day.
type Bounds struct{ Team, Agent, Key Bound }
