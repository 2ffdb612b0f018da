package histcheck_test

import (
	"testing"

	"parley/internal/histcheck"
)

const (
	before = histcheck.Before
	after  = histcheck.After
)

// Bob knows nothing, so his pages may be old; they must fit all the same.
func TestPagesAreContiguousPieces(t *testing.T) {
	tests := map[string]struct {
		page page
		then kinds
	}{
		"newest page":            {page: shows("bob", before, "", 90, true, "50", "40", "30")},
		"all of it":              {page: shows("bob", before, "", 90, false, "50", "40", "30", "20", "10")},
		"next page":              {page: shows("bob", before, "30", 90, false, "20", "10")},
		"old newest page":        {page: shows("bob", before, "", 90, true, "30", "20")},
		"empty, very old":        {page: shows("bob", before, "", 90, false)},
		"below the oldest":       {page: shows("bob", before, "10", 90, false)},
		"cursor between ids":     {page: shows("bob", before, "35", 90, true, "30", "20")},
		"oldest page":            {page: shows("bob", after, "", 90, true, "10", "20", "30")},
		"gap filled":             {page: shows("bob", after, "20", 90, true, "30", "40")},
		"to the end":             {page: shows("bob", after, "20", 90, false, "30", "40", "50")},
		"old end":                {page: shows("bob", after, "20", 90, false, "30")},
		"above the newest":       {page: shows("bob", after, "50", 90, false)},
		"skips the middle":       {page: shows("bob", before, "", 90, true, "50", "30"), then: kinds{histcheck.Hole}},
		"after skips the middle": {page: shows("bob", after, "10", 90, true, "20", "40"), then: kinds{histcheck.Hole}},
		"after skips the first":  {page: shows("bob", after, "10", 90, true, "30", "40"), then: kinds{histcheck.Hole}},
		"shows one twice": {
			page: shows("bob", before, "", 90, true, "50", "40", "40", "30"), then: kinds{histcheck.Double},
		},
		"wrong order": {
			page: shows("bob", before, "", 90, true, "50", "30", "40"), then: kinds{histcheck.PageOrder},
		},
		"after in the order of before": {
			page: shows("bob", after, "20", 90, true, "40", "30"), then: kinds{histcheck.PageOrder},
		},
		"shows the cursor": {
			page: shows("bob", before, "40", 90, true, "40", "30"), then: kinds{histcheck.OutOfRange},
		},
		"after shows the cursor": {
			page: shows("bob", after, "20", 90, true, "20", "30"), then: kinds{histcheck.OutOfRange},
		},
		"shows one that is gone": {
			page: shows("bob", before, "", 90, true, "60", "50"), then: kinds{histcheck.Vanished},
		},
		"more, but none older": {
			page: shows("bob", before, "20", 90, true, "10"), then: kinds{histcheck.HasMore},
		},
		"no more, but older": {
			page: shows("bob", before, "", 90, false, "50", "40"), then: kinds{histcheck.HasMore},
		},
		"more, but none newer": {
			page: shows("bob", after, "40", 90, true, "50"), then: kinds{histcheck.HasMore},
		},
		"more, but none newer yet": {
			page: shows("bob", after, "", 12, true, "10", "20"), then: kinds{histcheck.HasMore},
		},
		"more, one just being sent": {page: shows("bob", after, "", 15, true, "10", "20")},
		"empty with more": {
			page: shows("bob", before, "10", 90, true), then: kinds{histcheck.HasMore},
		},
		"after, empty with more": {
			page: shows("bob", after, "50", 90, true), then: kinds{histcheck.HasMore},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			given := five()
			given.pages = []page{tt.page}
			then(t, given.check(), tt.then...)
		})
	}
}

func TestAPageShowsTheStoredBody(t *testing.T) {
	given := five()
	given.pages = []page{shows("bob", before, "", 90, true, "50", "40")}
	given.pages[0].Messages[1].Body = "hello?"
	then(t, given.check(), histcheck.Altered)
}

func TestAPageWithABadIDIsReportedAndTheRestJudged(t *testing.T) {
	given := five()
	given.pages = []page{shows("bob", before, "", 90, false, "50", "40")}
	given.pages[0].Messages[0].ID = "050"
	then(t, given.check(), histcheck.IDForm, histcheck.HasMore)
}

func TestAMisorderedFinalReadDoesNotSpoilTheJudgementOfPages(t *testing.T) {
	given := five()
	for i := range given.sends {
		given.sends[i].Call, given.sends[i].Return = ms(0), ms(50)
	}
	given.final[1], given.final[2] = given.final[2], given.final[1]
	given.pages = []page{shows("bob", before, "", 90, true, "50", "40", "30", "20")}
	then(t, given.check(), histcheck.IDOrder)
}
