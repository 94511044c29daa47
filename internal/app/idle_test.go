package app

import "testing"

func TestIdle(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for name, test := range map[string]struct {
		before, now heap
		want        bool
	}{
		"busy":              {heap{allocated: 100 * mb}, heap{110 * mb, 90 * mb, 20 * mb}, false},
		"idle, with a rest": {heap{allocated: 100 * mb}, heap{101 * mb, 40 * mb, 20 * mb}, true},
		"idle and clean":    {heap{allocated: 100 * mb}, heap{101 * mb, 21 * mb, 20 * mb}, false},
		"idle, large":       {heap{allocated: 900 * mb}, heap{901 * mb, 410 * mb, 400 * mb}, false},
	} {
		if got := test.now.idleSince(test.before); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	if h := readHeap(); h.allocated == 0 || h.objects == 0 {
		t.Errorf("the heap reads %+v", h)
	}
}
