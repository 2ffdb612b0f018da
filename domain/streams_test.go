package domain_test

import (
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// nameOf is the stream that the parts name.
func nameOf(s domain.StreamName) string {
	switch s.Category {
	case "app":
		return domain.AppStream(s.App)
	case "user":
		return domain.UserStream(s.App, s.User)
	case "channel":
		return domain.ChannelStream(s.App, s.Channel)
	case "message":
		return domain.MessageStream(s.App, s.Channel, s.Message)
	case "presence":
		if s.Node != "" {
			return domain.NodeStream(s.App, s.Node)
		}
		return domain.PresenceStream(s.App, s.Channel)
	}
	return domain.ReadsStream(s.App, s.Channel, s.User)
}

func anyUser() *rapid.Generator[domain.UserID] {
	letter := rapid.OneOf(
		rapid.SampledFrom([]rune("%.-_~:+ @&=?#2F5dü\u202e🎉\u00a0")),
		rapid.Rune().Filter(func(r rune) bool { return r != '/' && !unicode.IsControl(r) }),
	)
	return rapid.Map(rapid.StringOfN(letter, 1, 128, -1), func(s string) domain.UserID { return domain.UserID(s) })
}

func anyStream() *rapid.Generator[domain.StreamName] {
	apps := rapid.Map(rapid.StringMatching(`[a-z0-9][a-z0-9_]{0,31}`), func(s string) domain.AppID { return domain.AppID(s) })
	id := rapid.OneOf(rapid.Int64Range(1, 12), rapid.Int64Range(1, math.MaxInt64))
	return rapid.Custom(func(t *rapid.T) domain.StreamName {
		s := domain.StreamName{
			Category: rapid.SampledFrom([]string{"app", "user", "channel", "message", "reads", "presence"}).Draw(t, "category"),
			App:      rapid.OneOf(apps, rapid.Just(app)).Draw(t, "app"),
		}
		switch s.Category {
		case "user":
			s.User = anyUser().Draw(t, "user")
		case "channel":
			s.Channel = domain.ChannelID(id.Draw(t, "channel"))
		case "message":
			s.Channel, s.Message = domain.ChannelID(id.Draw(t, "channel")), domain.MessageID(id.Draw(t, "message"))
		case "reads":
			s.Channel, s.User = domain.ChannelID(id.Draw(t, "channel")), anyUser().Draw(t, "user")
		case "presence":
			if rapid.Bool().Draw(t, "of a node") {
				s.Node = domain.NodeID(rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "node"))
			} else {
				s.Channel = domain.ChannelID(id.Draw(t, "channel"))
			}
		}
		return s
	})
}

func TestStreamNamesCanBeReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyStream().Draw(t, "stream")
		if s.User != "" {
			require.True(t, s.User.Valid())
		}
		got, err := domain.ParseStream(nameOf(s))
		require.NoError(t, err)
		require.Equal(t, s, got)
	})
}

func TestNoTwoStreamsShareAName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyStream().Draw(t, "a"), anyStream().Draw(t, "b")
		require.Equal(t, a == b, nameOf(a) == nameOf(b))
	})
	seen := map[string]domain.UserID{}
	for _, u := range []domain.UserID{"a", "A", "a.b", "a%2Eb", "a%2eb", "a b", "a+b", "a%20b", "%", "%25", "5", "5.6", ".", "-", "é", "e\u0301"} {
		for _, name := range []string{domain.UserStream(app, u), domain.ReadsStream(app, 5, u)} {
			require.Empty(t, seen[name], "%q", u)
			seen[name] = u
		}
	}
}

func TestStreamNamesAreFrozen(t *testing.T) {
	require.Equal(t, "app-shop", domain.AppStream("shop"))
	require.Equal(t, "user-shop.mia", domain.UserStream("shop", "mia"))
	require.Equal(t, "user-shop.a.b-c_d~e:f", domain.UserStream("shop", "a.b-c_d~e:f"))
	require.Equal(t, "user-shop.gr%C3%B6%C3%9Fe%20100%25", domain.UserStream("shop", "größe 100%"))
	require.Equal(t, "channel-shop.7", domain.ChannelStream("shop", 7))
	require.Equal(t, "message-shop.7.9223372036854775807", domain.MessageStream("shop", 7, math.MaxInt64))
	require.Equal(t, "message-shop.7.", domain.MessagePrefix("shop", 7))
	require.Equal(t, "reads-shop.7.a%40b", domain.ReadsStream("shop", 7, "a@b"))
	require.Equal(t, "presence-shop.7", domain.PresenceStream("shop", 7))
	require.Equal(t, "presence-shop.node-0b9e8f3c", domain.NodeStream("shop", "0b9e8f3c"))
}

// junk is no name of ours, though most of it comes close.
var junk = []string{
	"", "-", ".", "app", "app-", "app-Shop", "app-shop.", "app-shop.x", "app-_a", "App-shop", " app-shop", "app-shop ",
	"user-shop", "user-shop.", "user-.mia", "user-shop.a/b", "user-shop.a b", "user-shop.%", "user-shop.%2", "user-shop.%2G",
	"user-shop.%61", "user-shop.%2f", "user-shop.%2F", "user-shop.%00", "user-shop.%FF", "user-shop.%c3%b6", "user-shop.ö", "user-shop.\x00",
	"user-shop." + strings.Repeat("x", 129),
	"channel-shop", "channel-shop.", "channel-shop.0", "channel-shop.07", "channel-shop.-7", "channel-shop.7.", "channel-shop.7.8",
	"channel-shop.9223372036854775808", "channel-.7",
	"message-shop", "message-shop.7", "message-shop.7.", "message-shop.7.0", "message-shop.7.8.", "message-shop.7.8.9", "message-shop..8",
	"reads-shop", "reads-shop.7", "reads-shop.7.", "reads-shop.x.mia", "reads-shop..mia",
	"presence-shop", "presence-shop.", "presence-shop.0", "presence-shop.7.", "presence-shop.7.8", "presence-shop.node", "presence-shop.node-",
	"presence-shop.node-a.b", "presence-shop.node-a b", "presence-shop.nodes-a", "presence-.7", "presence-shop.node-" + strings.Repeat("x", 65),
	"once-0b9e8f3c", "other-shop.7.8", "-shop.7.8", "$all",
}

func TestJunkIsNoStream(t *testing.T) {
	for _, name := range junk {
		got, err := domain.ParseStream(name)
		require.Error(t, err, "%q", name)
		require.Zero(t, got, "%q", name)
	}
}

// Every string either is a name, in its only spelling, or is refused.
func FuzzParseStream(f *testing.F) {
	for _, name := range junk {
		f.Add(name)
	}
	for _, name := range []string{"app-shop", "user-shop.gr%C3%B6%C3%9Fe", "channel-shop.7", "message-shop.7.8", "reads-shop.7.a.b-c", "presence-shop.7", "presence-shop.node-a_B-3"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := domain.ParseStream(name)
		if err != nil {
			require.Zero(t, s)
			return
		}
		require.Equal(t, name, nameOf(s))
	})
}
