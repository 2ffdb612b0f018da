package native_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestPagesOfMessages(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group, other := ann.Group("g"), ann.Group("other")
	ids := make([]string, 60)
	for i := range ids {
		if i == 31 {
			s.Clock.Advance(time.Second) // so that no message has the id after that of 30
		}
		ids[i] = ann.Send(group, fmt.Sprint(i))
	}
	foreign := ann.Send(other, "x")
	newestFirst := slices.Clone(ids)
	slices.Reverse(newestFirst)
	page := func(query string) ([]string, bool) {
		a := ann.Get(apitest.Messages(group) + query).Want(200)
		return a.Texts("id", "messages"), a.At("has_more").(bool)
	}
	tests := map[string]struct {
		query string
		want  []string
		more  bool
	}{
		"CH-310 newest first, CH-311 50 unless given": {"", newestFirst[:50], true},
		"CH-311 one":                               {"?limit=1", newestFirst[:1], true},
		"CH-311 the most":                          {"?limit=100", newestFirst, false},
		"CH-311 with zeros in front":               {"?limit=007", newestFirst[:7], true},
		"CH-313 one less than all":                 {"?limit=59", newestFirst[:59], true},
		"CH-313 exactly all":                       {"?limit=60", newestFirst, false},
		"CH-313 one more than all":                 {"?limit=61", newestFirst, false},
		"CH-312 before the newest":                 {"?limit=5&before=" + ids[59], newestFirst[1:6], true},
		"CH-313 before, exactly the rest":          {"?limit=5&before=" + ids[5], newestFirst[55:], false},
		"CH-313 before, one left":                  {"?limit=5&before=" + ids[6], newestFirst[54:59], true},
		"CH-312 before the oldest":                 {"?before=" + ids[0], nil, false},
		"CH-312 before 1":                          {"?before=1", nil, false},
		"CH-312 before an id between":              {"?limit=1&before=" + between(ids[30]), newestFirst[29:30], true},
		"CH-312 before the largest id":             {"?limit=2&before=9223372036854775807", newestFirst[:2], true},
		"CH-312 RS-074 before a message elsewhere": {"?limit=2&before=" + foreign, newestFirst[:2], true},
		"CH-314 after, oldest first":               {"?limit=3&after=" + ids[10], ids[11:14], true},
		"CH-314 after 1":                           {"?limit=100&after=1", ids, false},
		"CH-314 after, exactly the rest":           {"?limit=5&after=" + ids[54], ids[55:], false},
		"CH-314 after, one left":                   {"?limit=5&after=" + ids[53], ids[54:59], true},
		"CH-314 after the newest":                  {"?after=" + ids[59], nil, false},
		"CH-314 after the largest id":              {"?after=9223372036854775807", nil, false},
		"CH-314 after an id between":               {"?limit=1&after=" + between(ids[30]), ids[31:32], true},
	}
	for name, tt := range tests {
		s.Run(t, name, func(t *testing.T) {
			got, more := page(tt.query)
			require.Equal(t, append([]string{}, tt.want...), got)
			require.Equal(t, tt.more, more)
		})
	}
	for _, limit := range []string{"0", "101", "-1", "abc", "", "1.5", "1e1", "1e9", "%FF", "0x10", "%2B5", "5%20", "99999999999999999999", "%D9%A5", "true"} {
		s.Run(t, "CH-311 RS-073 limit "+limit, func(*testing.T) {
			ann.Get(apitest.Messages(group)+"?limit="+limit).Refused(400, "INVALID_LIMIT")
		})
	}
	for _, cursor := range []string{
		"", "0", "-1", "abc", "01", "%2B1", "1.5", "1e3", "9223372036854775808", "null", "%00", "1%00", "%FF", "%D9%A1",
		"%27%20OR%201%3D1--", "1%3BDROP%20TABLE%20messages", strings.Repeat("9", 5000), strings.Repeat("A", 5000), ids[0] + "%20", ids[0] + ".0",
	} {
		s.Run(t, "CH-312 CH-314 RS-074 cursor "+cursor[:min(len(cursor), 30)], func(*testing.T) {
			ann.Get(apitest.Messages(group)+"?before="+cursor).Refused(400, "INVALID_CURSOR")
			ann.Get(apitest.Messages(group)+"?after="+cursor).Refused(400, "INVALID_CURSOR")
		})
	}
	s.Run(t, "CH-314 before and after together", func(*testing.T) {
		for _, q := range []string{"?before=5&after=5", "?after=5&before=", "?before=x&after=5", "?before=" + ids[5] + "&after=" + ids[1]} {
			ann.Get(apitest.Messages(group)+q).Refused(400, "INVALID_CURSOR")
		}
	})
}

// between is an id right after another one, which no message has.
func between(id string) string {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		panic(err)
	}
	return strconv.FormatInt(n+1, 10)
}

func TestWalkingWhileOthersSend(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	var ids []string
	for i := range 120 {
		ids = append(ids, ann.Send(room, fmt.Sprint(i)))
	}
	bob := app.User("bob")
	ann.Add(room, bob)
	for _, size := range []int{1, 17, 50, 100} {
		s.Run(t, fmt.Sprintf("CH-313 pages of %d visit each message once", size), func(t *testing.T) {
			var senders sync.WaitGroup
			for range 2 {
				senders.Go(func() {
					for range 60 {
						bob.Post(apitest.Messages(room), `{"body":"noise"}`)
					}
				})
			}
			walked, last := walk(ann, room, size)
			senders.Wait()
			require.True(t, slices.IsSortedFunc(walked, descending), "newest first, each once")
			require.GreaterOrEqual(t, len(walked), len(ids))
			slices.Reverse(walked)
			require.Equal(t, ids, walked[:len(ids)])
			require.Equal(t, ids[0], last)
			forward := walkForward(ann, room, ids[len(ids)-1], size)
			all, _ := walk(ann, room, 100)
			slices.Reverse(all)
			require.Equal(t, all[len(ids):], forward, "after= fills the gap")
		})
	}
}

// descending compares ids as numbers; equal ones are out of order.
func descending(a, b string) int {
	x, _ := strconv.ParseInt(a, 10, 64)
	y, _ := strconv.ParseInt(b, 10, 64)
	if x > y {
		return -1
	}
	return 1
}

func walk(u *apitest.User, channel string, size int) (ids []string, last string) {
	query := ""
	for {
		a := u.Get(fmt.Sprintf("%s?limit=%d%s", apitest.Messages(channel), size, query)).Want(200)
		ids = append(ids, a.Texts("id", "messages")...)
		last = ids[len(ids)-1]
		if a.At("has_more") == false {
			return ids, last
		}
		query = "&before=" + last
	}
}

func walkForward(u *apitest.User, channel, after string, size int) (ids []string) {
	for {
		a := u.Get(fmt.Sprintf("%s?limit=%d&after=%s", apitest.Messages(channel), size, after)).Want(200)
		page := a.Texts("id", "messages")
		ids = append(ids, page...)
		if a.At("has_more") == false {
			return ids
		}
		after = page[len(page)-1]
	}
}
