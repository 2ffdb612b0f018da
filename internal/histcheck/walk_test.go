package histcheck_test

import (
	"errors"
	"slices"
	"testing"

	"parley/internal/histcheck"
)

// script answers the pages of a walk one after the other.
func script(pages ...page) histcheck.Fetch {
	return func(d histcheck.Direction, cursor string) ([]msg, bool, error) {
		if len(pages) == 0 || pages[0].Direction != d || pages[0].Cursor != cursor {
			return nil, false, errors.New("not in the script")
		}
		p := pages[0]
		pages = pages[1:]
		return p.Messages, p.HasMore, nil
	}
}

func down(cursor string, more bool, ids ...string) page {
	return shows("bob", before, cursor, 0, more, ids...)
}

func up(cursor string, more bool, ids ...string) page {
	return shows("bob", after, cursor, 0, more, ids...)
}

func TestWalkComposesPages(t *testing.T) {
	tests := map[string]struct {
		given []page
		ids   []string
		then  kinds
	}{
		"empty channel": {given: []page{down("", false), up("", false)}},
		"two pages each way": {
			given: []page{down("", true, "30", "20"), down("20", false, "10"), up("", true, "10", "20"), up("20", false, "30")},
			ids:   []string{"10", "20", "30"},
		},
		"one arrives on the way": {
			given: []page{down("", false, "20", "10"), up("", false, "10", "20", "30")},
			ids:   []string{"10", "20", "30"},
		},
		"a hole on the way down": {
			given: []page{down("", true, "30"), down("30", false, "10"), up("", false, "10", "20", "30")},
			ids:   []string{"10", "20", "30"},
			then:  kinds{histcheck.Hole},
		},
		"the way down ends early": {
			given: []page{down("", false, "30", "20"), up("", false, "10", "20", "30")},
			ids:   []string{"10", "20", "30"},
			then:  kinds{histcheck.Hole},
		},
		"a hole on the way up": {
			given: []page{down("", false, "30", "20", "10"), up("", true, "10"), up("10", false, "30")},
			ids:   []string{"10", "20", "30"},
			then:  kinds{histcheck.Hole},
		},
		"a double within a page": {
			given: []page{down("", false, "20", "20", "10"), up("", false, "10", "20")},
			ids:   []string{"10", "20"},
			then:  kinds{histcheck.Double},
		},
		"a double across pages": {
			given: []page{down("", true, "20"), down("20", false, "20", "10"), up("", false, "10", "20")},
			ids:   []string{"10", "20"},
			then:  kinds{histcheck.Double},
		},
		"the wrong order": {
			given: []page{down("", false, "10", "20"), up("", false, "10", "20")},
			ids:   []string{"10", "20"},
			then:  kinds{histcheck.PageOrder},
		},
		"a circle": {
			given: []page{down("", true, "20", "10"), down("10", true, "20", "10"), up("", false, "10", "20")},
			ids:   []string{"10", "20"},
			then:  kinds{histcheck.Double, histcheck.HasMore},
		},
		"an empty promise": {
			given: []page{down("", true), up("", false)},
			then:  kinds{histcheck.HasMore},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			messages, found, err := histcheck.Walk("1", script(tt.given...))
			if err != nil {
				t.Fatal(err)
			}
			then(t, found, tt.then...)
			var ids []string
			for _, m := range messages {
				ids = append(ids, m.ID)
			}
			if !slices.Equal(ids, tt.ids) {
				t.Errorf("got %v, want %v", ids, tt.ids)
			}
		})
	}
}

func TestWalkReportsBadIDsAndChangedBodies(t *testing.T) {
	other := up("", false, "10")
	other.Messages[0].Body = "changed"
	_, found, err := histcheck.Walk("1", script(down("", false, "10"), other))
	if err != nil {
		t.Fatal(err)
	}
	then(t, found, histcheck.Altered)

	bad := down("", false, "10")
	bad.Messages[0].ID = "x"
	_, found, err = histcheck.Walk("1", script(bad, up("", false)))
	if err != nil {
		t.Fatal(err)
	}
	then(t, found, histcheck.IDForm)
}

func TestWalkGivesUpWithTheErrorOfThePage(t *testing.T) {
	for _, pages := range [][]page{nil, {down("", false, "10")}} {
		messages, _, err := histcheck.Walk("1", script(pages...))
		if err == nil || messages != nil {
			t.Errorf("got %v and error %v", messages, err)
		}
	}
}
