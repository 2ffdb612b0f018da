package domain_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

func TestParseID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, math.MaxInt64).Draw(t, "id")
		got, err := domain.ParseID(strconv.FormatInt(n, 10))
		require.NoError(t, err)
		require.Equal(t, n, got)
		require.Equal(t, strconv.FormatInt(n, 10), domain.ChannelID(n).String())
	})
	for _, bad := range []string{
		"", "0", "-1", "+1", "01", "1.0", "1e3", "0x1", "1_0", " 1", "1 ", "１", "9223372036854775808", "99999999999999999999", "a", "1\x00",
	} {
		_, err := domain.ParseID(bad)
		require.Error(t, err, "CH-010 %q", bad)
	}
}

func TestIDsAreTextInJSON(t *testing.T) {
	type ids struct {
		C domain.ChannelID
		M domain.MessageID
		P map[domain.MessageID]int
	}
	want := ids{math.MaxInt64, 1, map[domain.MessageID]int{7: 1}}
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.Equal(t, `{"C":"9223372036854775807","M":"1","P":{"7":1}}`, string(text), "CH-010")
	var got ids
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
	for _, bad := range []string{`{"C":"0"}`, `{"M":"-1"}`, `{"C":5}`, `{"M":"1.5"}`, `{"C":""}`} {
		require.Error(t, json.Unmarshal([]byte(bad), &got), bad)
	}
}

func TestIDsRiseWithTheClock(t *testing.T) {
	epoch := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	require.EqualValues(t, 1<<22, domain.IDAt(epoch.Add(time.Millisecond)))
	require.EqualValues(t, 1<<22, domain.IDAt(epoch), "0 is no id")
	require.EqualValues(t, 1<<22, domain.IDAt(time.Unix(0, 0)), "nor is anything before")
	require.EqualValues(t, 194486400000<<22, domain.IDAt(epoch.Add(194486400*time.Second)))

	const last = 1<<41 - 1 // milliseconds, September 2089
	moment := rapid.Int64Range(1, last)
	at := func(ms int64) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	require.Positive(t, domain.IDAt(at(last)))
	rapid.Check(t, func(t *rapid.T) {
		a, b := moment.Draw(t, "a"), moment.Draw(t, "b")
		require.Equal(t, a, domain.IDAt(at(a))>>22, "the millisecond can be read back")
		require.Equal(t, a < b, domain.IDAt(at(a)) < domain.IDAt(at(b)))
		require.Equal(t, domain.IDAt(at(a)), domain.IDAt(at(a).Add(999*time.Microsecond)), "the smallest of its millisecond")

		former := rapid.Int64Range(0, math.MaxInt64-1).Draw(t, "last")
		next := domain.NextID(at(a), former)
		require.Greater(t, next, former)
		require.GreaterOrEqual(t, next, domain.IDAt(at(a)))
		require.True(t, next == former+1 || next == domain.IDAt(at(a)), "and not larger than it must be")
	})
}

func TestIDsRiseWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := int64(0)
		for _, ms := range rapid.SliceOf(rapid.Int64Range(-1000, 1000)).Draw(t, "clock") {
			next := domain.NextID(start.Add(time.Duration(ms)*time.Millisecond), last)
			require.Greater(t, next, last)
			last = next
		}
	})
}

func TestForms(t *testing.T) {
	for id, want := range map[domain.AppID]bool{
		"a": true, "0": true, "demo_2": true, domain.AppID(strings.Repeat("a", 32)): true,
		"": false, "_a": false, "A": false, "a-b": false, "a.b": false, "ä": false, domain.AppID(strings.Repeat("a", 33)): false,
	} {
		require.Equal(t, want, id.Valid(), "app %q", id)
	}
	for id, want := range map[domain.UserID]bool{
		"1": true, " ": true, "a b": true, "größe": true, "a.b-c%20": true, "\u2028": true,
		domain.UserID(strings.Repeat("🎉", 128)): true,
		"": false, "a/b": false, "/": false, "a\nb": false, "\x00": false, "\x7f": false, "\u0085": false, "\xff": false,
		domain.UserID(strings.Repeat("x", 129)): false,
		domain.UserID(strings.Repeat("x", 513)): false,
	} {
		require.Equal(t, want, id.Valid(), "CH-023 %q", id)
	}
	for name, want := range map[domain.KeyName][2]string{
		"demo.root": {"demo", "root"}, "a.A-Z_09": {"a", "A-Z_09"}, domain.KeyName("a." + strings.Repeat("k", 32)): {"a", strings.Repeat("k", 32)},
		"": {}, "demo": {}, "demo.": {}, ".root": {}, "demo.a.b": {}, "demo.a b": {}, "demo.ä": {}, "Demo.root": {}, "demo.a:b": {},
		domain.KeyName("a." + strings.Repeat("k", 33)): {},
	} {
		app, key, ok := name.Split()
		require.Equal(t, want, [2]string{string(app), key}, "key %q", name)
		require.Equal(t, want != [2]string{}, ok, "key %q", name)
	}
}
