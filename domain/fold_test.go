package domain_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// states are all aggregates before their first event.
func states() []domain.State {
	return []domain.State{
		domain.NewApp(), domain.NewUser(), domain.NewChannel(), domain.NewMessage(), domain.NewReadCursor(),
		domain.NewPresence("a"), domain.NewConnections("a"),
	}
}

// decideAll asks every rule; only that it answers counts.
func decideAll(s domain.State) {
	for _, a := range []domain.Actor{user(ann), user(""), operator, aKey, {}} {
		u := a.User()
		switch s := s.(type) {
		case *domain.App:
			_ = s.Create()
			_, _ = s.Limit(domain.Limits{Off: true})
			_, _ = s.Revoke(a, "root")
			_, _ = s.Rotate(a, "root", 2, "f2")
			_ = s.MayIssue(a, "root", map[string][]string{"*": {"*"}}, true)
			_, _ = s.Issue("root", "f1", nil, true)
			_, _ = s.SecretVersions("root", start), s.NativeKeys()
		case *domain.User:
			_, _ = s.Block(u, bob)
			_, _ = s.Hide(a, 7, domain.NewChannel(), true, nil)
			_ = s.Show(7)
			_, _ = s.Unblock(bob), s.Rename(u, "Ann", start, false)
			_, _ = s.Subject(u), s.NameDigest()
		case *domain.Channel:
			_, _ = s.Send(a, domain.SendMessage{Content: domain.Content{Text: "hi"}})
			_, _ = s.Add(a, domain.AddMember{User: bob})
			_, _ = s.Remove(a, bob, nil)
			_, _ = s.ChangeRole(a, bob, domain.RoleOwner, nil)
			_, _ = s.Rename(a, 7, "Books", nil)
			_, _ = s.Delete(a, nil)
			_, _ = s.CreateDM(u, bob, domain.PairKey(u, bob))
			_ = s.Peer(u)
		case *domain.Message:
			_, _ = s.Edit(domain.EditMessage{By: u, Content: domain.Content{Text: "hi"}})
			_, _ = s.Delete(u, true, 1)
			_, _ = s.React(u, "x", 1)
			_, _ = s.Unreact(u, "x", 1)
		case *domain.ReadCursor:
			_ = s.Advance(7)
		case *domain.Presence:
			_, _, _ = s.Enter(u, u), s.Leave(u, bob), s.Len()
		case *domain.Connections:
			_ = s.Change(map[domain.ChannelID]domain.Gauges{7: {Connections: 1}, 8: {}})
		}
	}
}

// anyEvent makes events of each type from few values, so that they meet.
var anyEvent = func() map[string]func(*rapid.T) domain.Event {
	text := rapid.SampledFrom([]string{"", "x", "y", "root", "f1"})
	users := rapid.SampledFrom([]domain.UserID{"", ann, bob})
	roles := rapid.SampledFrom([]domain.Role{"", domain.RoleMember, domain.RoleAdmin, domain.RoleOwner, "king"})
	kinds := rapid.SampledFrom([]domain.ReactionKind{"", domain.Distinct, domain.Unique, domain.Multiple})
	number := rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 1, 100, math.MaxInt64})
	secret := rapid.SampledFrom([]*domain.Secret{nil, {}, blob})
	sum := rapid.SampledFrom([]*domain.Digest{nil, {}, digest})
	natural := rapid.SampledFrom([]*domain.NaturalKey{nil, {}, {Pair: []domain.UserID{ann}}, {Pair: []domain.UserID{ann, bob}}})
	members := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) domain.FirstMember {
		return domain.FirstMember{User: users.Draw(t, "user"), Role: roles.Draw(t, "role")}
	}), 0, 3)
	channels := rapid.SampledFrom([]domain.ChannelKind{"", domain.DM, domain.Group, domain.Room, domain.Stream})
	nodes := rapid.SampledFrom([]domain.NodeID{"", "a", "b"})
	files := rapid.SampledFrom([][]domain.Attachment{nil, {picture}})

	return map[string]func(t *rapid.T) domain.Event{
		"AppCreated": func(*rapid.T) domain.Event { return domain.AppCreated{} },
		"AppLimited": func(t *rapid.T) domain.Event {
			return domain.AppLimited{Limits: domain.Limits{UserSends: float64(number.Draw(t, "sends"))}}
		},
		"KeyIssued": func(t *rapid.T) domain.Event {
			return domain.KeyIssued{Key: text.Draw(t, "key"), Version: int(number.Draw(t, "version")), Fingerprint: text.Draw(t, "fingerprint")}
		},
		"KeyRevoked": func(t *rapid.T) domain.Event { return domain.KeyRevoked{Key: text.Draw(t, "key")} },
		"UserNamed": func(t *rapid.T) domain.Event {
			return domain.UserNamed{number.Draw(t, "issued"), sum.Draw(t, "digest"), blob}
		},
		"UserBlocked":   func(t *rapid.T) domain.Event { return domain.UserBlocked{User: users.Draw(t, "user")} },
		"UserUnblocked": func(t *rapid.T) domain.Event { return domain.UserUnblocked{User: users.Draw(t, "user")} },
		"ChannelHidden": func(t *rapid.T) domain.Event {
			return domain.ChannelHidden{Channel: domain.ChannelID(number.Draw(t, "channel"))}
		},
		"ChannelShown": func(t *rapid.T) domain.Event {
			return domain.ChannelShown{Channel: domain.ChannelID(number.Draw(t, "channel"))}
		},
		"UserErased": func(*rapid.T) domain.Event { return domain.UserErased{} },
		"ChannelCreated": func(t *rapid.T) domain.Event {
			return domain.ChannelCreated{
				Kind: channels.Draw(t, "kind"), Natural: natural.Draw(t, "natural"), Owner: users.Draw(t, "owner"), Members: members.Draw(t, "members"),
			}
		},
		"ChannelRenamed": func(t *rapid.T) domain.Event {
			return domain.ChannelRenamed{users.Draw(t, "by"), secret.Draw(t, "sealed")}
		},
		"ChannelDeleted": func(t *rapid.T) domain.Event { return domain.ChannelDeleted{By: users.Draw(t, "by")} },
		"MemberAdded": func(t *rapid.T) domain.Event {
			return domain.MemberAdded{users.Draw(t, "user"), roles.Draw(t, "role"), ann}
		},
		"MemberRemoved": func(t *rapid.T) domain.Event { return domain.MemberRemoved{users.Draw(t, "user"), ann} },
		"MemberRoleChanged": func(t *rapid.T) domain.Event {
			return domain.MemberRoleChanged{users.Draw(t, "user"), roles.Draw(t, "role"), ann}
		},
		"OwnershipTransferred": func(t *rapid.T) domain.Event {
			return domain.OwnershipTransferred{users.Draw(t, "from"), users.Draw(t, "to"), ann}
		},
		"MessageSent": func(t *rapid.T) domain.Event {
			return domain.MessageSent{Sender: users.Draw(t, "sender"), Attachments: files.Draw(t, "files"), Digest: sum.Draw(t, "digest")}
		},
		"MessageEdited": func(t *rapid.T) domain.Event {
			return domain.MessageEdited{Version: number.Draw(t, "version"), Digest: sum.Draw(t, "digest")}
		},
		"MessageDeleted": func(t *rapid.T) domain.Event { return domain.MessageDeleted{Version: number.Draw(t, "version")} },
		"ReactionAdded": func(t *rapid.T) domain.Event {
			return domain.ReactionAdded{kinds.Draw(t, "kind"), text.Draw(t, "name"), int(number.Draw(t, "count")), number.Draw(t, "ref"), users.Draw(t, "by")}
		},
		"ReactionRemoved": func(t *rapid.T) domain.Event {
			return domain.ReactionRemoved{kinds.Draw(t, "kind"), text.Draw(t, "name"), number.Draw(t, "ref"), users.Draw(t, "by")}
		},
		"ReadCursorAdvanced": func(t *rapid.T) domain.Event {
			return domain.ReadCursorAdvanced{Message: domain.MessageID(number.Draw(t, "message"))}
		},
		"PresenceEntered": func(t *rapid.T) domain.Event {
			return domain.PresenceEntered{users.Draw(t, "user"), nodes.Draw(t, "node")}
		},
		"PresenceLeft": func(t *rapid.T) domain.Event {
			return domain.PresenceLeft{users.Draw(t, "user"), nodes.Draw(t, "node")}
		},
		"ConnectionsChanged": func(t *rapid.T) domain.Event {
			return domain.ConnectionsChanged{nodes.Draw(t, "node"), map[domain.ChannelID]domain.Gauges{
				domain.ChannelID(number.Draw(t, "channel")): {Connections: int(number.Draw(t, "connections"))},
			}}
		},
		"NodeCleared": func(t *rapid.T) domain.Event { return domain.NodeCleared{Node: nodes.Draw(t, "node")} },
	}
}()

func TestFoldingIsTotal(t *testing.T) {
	types := []string{"", "Scavenged"}
	for name := range domain.EventTypes() {
		require.Contains(t, anyEvent, name)
		types = append(types, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := states()
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			var e domain.Event
			name := rapid.SampledFrom(types).Draw(t, "type")
			if fake, ok := anyEvent[name]; ok {
				e = fake(t)
			} else if name != "" {
				e = domain.Unknown{Name: name, V: 1}
			}
			for _, s := range all {
				s.Evolve(domain.Recorded{Event: e, Stream: own, Time: start})
				decideAll(s)
			}
		}
	})
}

func TestEventsOfOthersChangeNothing(t *testing.T) {
	home := map[string]int{ // the place in states
		"App": 0, "Key": 0, "User": 1, "ChannelHidden": 1, "ChannelShown": 1, "ChannelCreated": 2, "ChannelRenamed": 2, "ChannelDeleted": 2, "Member": 2, "Ownership": 2, "Message": 3, "Reaction": 3, "Read": 4,
		"Presence": 5, "Connections": 6, "Node": 6, "Scavenged": -1,
	}
	strangers := []domain.Event{domain.Unknown{Name: "Scavenged", V: 1}}
	for _, c := range frozen {
		strangers = append(strangers, c.event)
	}
	for _, e := range strangers {
		for i, s := range states() {
			at := -2
			for prefix, n := range home {
				if strings.HasPrefix(e.Type(), prefix) {
					at = n
				}
			}
			require.NotEqual(t, -2, at, e.Type())
			if i != at {
				s.Evolve(domain.Recorded{Event: e})
				require.Equal(t, states()[i], s, e.Type())
			}
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	files, err := filepath.Glob("testdata/events/*.json")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		f.Add(name, 1, data)
		f.Add(name, 2, data)
		f.Add(name, 1, data[:len(data)/2])
		f.Add(name, 1, []byte(`null`))
	}
	f.Fuzz(func(t *testing.T, name string, v int, data []byte) {
		e, err := domain.DecodeEvent(name, v, data)
		require.Equal(t, err == nil, e != nil)
		if err != nil {
			return
		}
		require.Equal(t, name, e.Type())
		_, _, _, _ = domain.EncodeEvent(e)
		for _, s := range states() {
			for range 2 {
				s.Evolve(domain.Recorded{Event: e, Stream: own, Time: start})
				decideAll(s)
			}
		}
	})
}
