package console_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestTelephoneNumbersAreInternational(t *testing.T) {
	t.Parallel()
	for number, good := range map[string]bool{
		"+2348012345678": true, "+12025550123": true, "+2902345": true, "+123456789012345": true,
		"": false, "+": false, "2348012345678": false, "+0348012345678": false, "+234801": false,
		"+1234567890123456": false, "+234 801 234 5678": false, "+23480x2345678": false, "++2348012345678": false,
		"+2348012345678\n": false, " +2348012345678": false, "+２３４8012345678": false,
	} {
		var f console.Faults
		f.E164("destination", number)
		if good != (len(f.All) == 0) {
			t.Errorf("E164(%q): %v", number, f.All)
		}
	}
}

func TestRequestsAreSettledOnce(t *testing.T) {
	t.Parallel()
	for status, open := range map[console.RequestStatus]bool{
		console.RequestPending: true, console.RequestUnderReview: true,
		console.RequestFulfilled: false, console.RequestRejected: false,
	} {
		err := status.Open()
		if open != (err == nil) || !open && console.CodeOf(err) != console.CodeConflict {
			t.Errorf("%s: %v, want open: %v", status, err, open)
		}
	}
}

func TestACallLastsFromItsAnswerToItsEnd(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	later, earlier := at.Add(90*time.Second), at.Add(-time.Second)
	for name, test := range map[string]struct {
		answered, ended *time.Time
		want            time.Duration
		talked          bool
	}{
		"ended":                     {&at, &later, 90 * time.Second, true},
		"still on":                  {&at, nil, 0, false},
		"never answered":            {nil, &later, 0, false},
		"queued":                    {nil, nil, 0, false},
		"the clock has been set":    {&at, &earlier, 0, true},
		"hung up when it was taken": {&at, &at, 0, true},
	} {
		got, talked := console.Call{AnsweredAt: test.answered, EndedAt: test.ended}.Duration()
		if got != test.want || talked != test.talked {
			t.Errorf("%s: %v, %v, want %v, %v", name, got, talked, test.want, test.talked)
		}
	}
}

func TestWhatASearchForPhonesSees(t *testing.T) {
	t.Parallel()
	label, source := "Front DESK", "+15550001111"
	got := []string{
		console.PhoneNumber{E164: "+15550002222", Label: &label}.Searchable(),
		console.Call{Source: &source, Destination: "+15550003333"}.Searchable(),
		console.NumberRequest{BusinessName: "MAMA'S", IntendedUse: "not this"}.Searchable(),
	}
	want := []string{
		"front desk" + console.FieldEnd + "+15550002222", "+15550001111" + console.FieldEnd + "+15550003333", "mama's",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Searchable (-want +got):\n%s", diff)
	}
}
