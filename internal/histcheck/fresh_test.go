package histcheck_test

import (
	"testing"

	"parley/internal/histcheck"
)

// Ann sent all five messages, the last of them acknowledged at 49 ms.
func TestPagesShowWhatTheirClientKnows(t *testing.T) {
	tests := map[string]struct {
		pages []page
		then  kinds
	}{
		"own write":                 {pages: []page{shows("ann", before, "", 50, true, "50", "40")}},
		"own write absent":          {pages: []page{shows("ann", before, "", 50, true, "40", "30")}, then: kinds{histcheck.Stale}},
		"asked before the answer":   {pages: []page{shows("ann", before, "", 48, true, "40", "30")}},
		"another's write absent":    {pages: []page{shows("bob", before, "", 50, true, "40", "30")}},
		"own write beyond the page": {pages: []page{shows("ann", before, "50", 50, true, "40", "30")}},
		"nothing shown":             {pages: []page{shows("ann", before, "", 50, false)}, then: kinds{histcheck.Stale}},
		"nothing newer shown":       {pages: []page{shows("ann", after, "40", 50, false)}, then: kinds{histcheck.Stale}},
		"cut at the end":            {pages: []page{shows("ann", after, "20", 50, false, "30", "40")}, then: kinds{histcheck.Stale}},
		"cut by the limit":          {pages: []page{shows("ann", after, "20", 50, true, "30", "40")}},
		"gap below the cursor":      {pages: []page{shows("ann", before, "40", 50, true, "20")}, then: kinds{histcheck.Hole}},
		"all below the cursor gone": {pages: []page{shows("ann", before, "40", 50, false)}, then: kinds{histcheck.Hole}},
		"gap below a cursor seen as the newest": {
			pages: []page{
				shows("bob", before, "", 50, true, "40"),
				shows("bob", before, "40", 60, true, "20"),
			},
			then: kinds{histcheck.Hole},
		},
		"seen and seen again": {
			pages: []page{
				shows("bob", before, "", 50, true, "50", "40"),
				shows("bob", before, "", 60, true, "50", "40"),
			},
		},
		"seen, then unseen": {
			pages: []page{
				shows("bob", before, "", 50, true, "50", "40"),
				shows("bob", before, "", 60, true, "40", "30"),
			},
			then: kinds{histcheck.Stale},
		},
		"seen by a page at the same time": {
			pages: []page{
				shows("bob", before, "", 50, true, "50", "40"),
				shows("bob", before, "", 54, true, "40", "30"),
			},
		},
		"seen by another": {
			pages: []page{
				shows("bob", before, "", 50, true, "50", "40"),
				shows("cem", before, "", 60, true, "40", "30"),
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			given := five()
			given.pages = tt.pages
			then(t, given.check(), tt.then...)
		})
	}
}

func TestAPageShowsWhatItWasAskedToInclude(t *testing.T) {
	tests := map[string]struct {
		page    page
		atLeast []string
		then    kinds
	}{
		"included": {page: shows("bob", before, "", 90, true, "40", "30"), atLeast: []string{"30", "40"}},
		"absent": {
			page: shows("bob", before, "", 90, true, "40", "30"), atLeast: []string{"50", "40"},
			then: kinds{histcheck.Stale},
		},
		"unknown": {
			page: shows("bob", before, "", 90, true, "40", "30"), atLeast: []string{"45"},
			then: kinds{histcheck.Vanished},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			given := five()
			tt.page.AtLeast = tt.atLeast
			given.pages = []page{tt.page}
			then(t, given.check(), tt.then...)
		})
	}
}

func TestAPageIsNoOlderThanTheLag(t *testing.T) {
	given := five()
	given.lag = ms(20)
	given.pages = []page{shows("bob", before, "", 60, true, "40", "30")} // knows the state at 40 ms
	then(t, given.check())

	given.pages = []page{shows("bob", before, "", 80, true, "40", "30")} // lacks the state at 60 ms
	then(t, given.check(), histcheck.Stale)
}
